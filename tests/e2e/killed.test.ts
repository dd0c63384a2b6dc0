import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';
import { z } from 'zod';
import { type Bench, startBench, type TestAccount } from '../support/bench.ts';
import { runKind, untilEnded, untilTotals } from '../support/tasks.ts';
import { expectOneAnswer } from '../support/truth.ts';

jest.setTimeout(240_000);

let bench: Bench;
let pages: Server;
let siteUrl = '';

beforeAll(async () => {
  pages = createServer((_request, response) => response.end('<!doctype html><title>News</title><p>News</p>'));
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  siteUrl = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  bench = await startBench({ env: { FLOTILLA_VISIT_HOSTS: '127.0.0.1' } });
});
afterEach(() => bench?.site.break());
afterAll(async () => {
  await bench?.stop();
  pages?.close();
});

const namesOf = (accounts: readonly TestAccount[]) => accounts.map(({ username }) => username);

async function picture(): Promise<string> {
  const bytes = await sharp({ create: { width: 500, height: 300, channels: 3, background: 'navy' } })
    .png()
    .toBuffer();
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(bytes)]), 'navy.png');
  return (await bench.call('POST', '/api/media', z.object({ id: z.uuid() }), form)).id;
}

async function category(usernames: string[]): Promise<string> {
  const { id } = await bench.call('POST', '/api/follow-categories', z.object({ id: z.uuid() }), { name: 'Crew' });
  await bench.call('POST', `/api/follow-categories/${id}/targets`, z.unknown(), { usernames });
  return id;
}

describe('kinds that bring about a state, when the browser worker is killed in the middle', () => {
  it('end as ordered, and nothing is done twice', async () => {
    const targets = namesOf(await bench.addAccounts({ count: 2, prefix: 'crew' }));
    const orders = [
      { kind: 'avatar', params: { mediaIds: [await picture()] } },
      { kind: 'follow', params: { categoryId: await category(targets), perAccount: 2 } },
      { kind: 'warmup', params: { days: 1, sessionsPerDay: 1, minutesPerSession: 0.1 } },
      { kind: 'cookie-robot', params: { urls: [siteUrl], minutesPerUrl: 0.1 } },
    ];
    const runs: { kind: string; id: string; accounts: TestAccount[] }[] = [];
    await bench.site.break({ fault: 'slow', ms: 1_500, count: 60 });
    for (const { kind, params } of orders) {
      const accounts = await bench.addAccounts({ count: 2, prefix: kind.replace('-', '') });
      const plans = await bench.call(
        'POST',
        `/api/bulk/${kind}?dryRun=true`,
        z.object({ total: z.int(), plans: z.array(z.unknown()), forecast: z.object({ finishAt: z.iso.datetime() }) }),
        { accounts: { ids: accounts.map(({ id }) => id) }, params },
      );
      expect([plans.total, plans.plans.length]).toEqual([2, 2]);
      runs.push({ kind, accounts, id: await runKind(bench, kind, { accounts, params }) });
    }
    for (const { id, kind } of runs) {
      await untilTotals(bench, id, `${kind} is under way`, ({ totals }) => totals.running + totals.succeeded > 0);
    }
    bench.stack.kill('browser');
    await bench.site.break();
    for (const { id, kind } of runs) {
      const ended = await untilEnded(bench, id, 180_000);
      expect({ kind, state: ended.state, succeeded: ended.totals.succeeded }).toEqual({
        ...{ kind, state: 'completed', succeeded: 2 },
      });
      await expectOneAnswer(bench, id);
    }
    const truth = new Map(
      await Promise.all(
        runs.map(async ({ kind, accounts }) => [kind, await bench.site.truth(namesOf(accounts))] as const),
      ),
    );
    for (const { avatarSha256 } of truth.get('avatar')!) expect(avatarSha256).toMatch(/^[0-9a-f]{64}$/);
    for (const { follows, followChanges } of truth.get('follow')!) {
      expect([...follows].sort()).toEqual([...targets].sort());
      expect(followChanges).toHaveLength(2);
    }
    for (const { posts, follows, bioChanges } of [...truth.get('warmup')!, ...truth.get('cookie-robot')!]) {
      expect([posts, follows, bioChanges]).toEqual([[], [], []]);
    }
  });
});
