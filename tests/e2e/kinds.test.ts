import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';
import { z } from 'zod';
import { type Bench, startBench, type TestAccount, type Video } from '../support/bench.ts';
import { accountTasksOf, runKind, untilEnded, untilTotals } from '../support/tasks.ts';
import { expectOneAnswer } from '../support/truth.ts';
import { until } from '../support/wait.ts';

jest.setTimeout(180_000);

let bench: Bench;
let videos: Video[];
let pages: Server;
let visits: { path: string; host: string }[] = [];
let siteUrl = '';

/** A small web site with a consent dialog, for the robot to visit. */
function startPages(): Promise<Server> {
  const server = createServer((request, response) => {
    visits.push({ path: request.url ?? '', host: request.headers.host ?? '' });
    response.setHeader('set-cookie', 'seen=yes; Max-Age=3600; Path=/');
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><title>News</title><h1>News</h1><a href="/second">More</a>
      <a href="http://elsewhere.invalid/">Elsewhere</a>
      <button id="onetrust-accept-btn-handler" onclick="this.remove(); fetch('/consented')">Accept</button>`);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

beforeAll(async () => {
  pages = await startPages();
  siteUrl = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  bench = await startBench({ env: { FLOTILLA_VISIT_HOSTS: '127.0.0.1' } });
  videos = await bench.addVideos(2);
});
afterEach(() => bench?.site.break());
afterAll(async () => {
  await bench?.stop();
  pages?.close();
});

const names = (accounts: readonly TestAccount[]) => accounts.map(({ username }) => username);
const truthOf = (accounts: readonly TestAccount[]) => bench.site.truth(names(accounts));

async function expectAllSucceeded(id: string, counters: Record<string, number>): Promise<void> {
  const ended = await untilEnded(bench, id);
  expect({ state: ended.state, totals: ended.totals }).toMatchObject({
    state: 'completed',
    totals: { succeeded: ended.totals.total },
  });
  expect(ended.counters).toMatchObject(counters);
  await expectOneAnswer(bench, id);
}

async function dryRun(kind: string, accounts: readonly TestAccount[], params: object) {
  const body = { accounts: { ids: accounts.map(({ id }) => id) }, params };
  return bench.call(
    'POST',
    `/api/bulk/${kind}?dryRun=true`,
    z.object({
      total: z.int(),
      plans: z.array(z.object({ username: z.string(), plan: z.record(z.string(), z.unknown()) })),
      refused: z.array(z.object({ accountId: z.string(), reason: z.string() })),
    }),
    body,
  );
}

async function addImage(color: string): Promise<string> {
  const bytes = await sharp({ create: { width: 640, height: 400, channels: 3, background: color } })
    .png()
    .toBuffer();
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(bytes)]), `${color}.png`);
  return (await bench.call('POST', '/api/media', z.object({ id: z.uuid() }), form)).id;
}

describe('log in', () => {
  it('reuses what is stored, renews it when told to, and asks a wrong password once', async () => {
    const accounts = await bench.addAccounts({ count: 2, prefix: 'login' });
    const guarded = await bench.addAccounts({ count: 1, prefix: 'guarded', totp: true });
    const all = [...accounts, ...guarded];
    expect((await dryRun('login', all, {})).total).toBe(3);
    await expectAllSucceeded(await runKind(bench, 'login', { accounts: all }), { loggedIn: 3, reused: 0 });
    await expectAllSucceeded(await runKind(bench, 'login', { accounts: all }), { loggedIn: 0, reused: 3 });
    await expectAllSucceeded(await runKind(bench, 'login', { accounts, params: { force: true } }), { loggedIn: 2 });
    expect((await truthOf(all)).map(({ logins }) => logins)).toEqual([2, 2, 1]);

    const wrong = await bench.addAccounts({ count: 1, prefix: 'wrong' }, () => ({ password: 'not-the-password' }));
    const id = await runKind(bench, 'login', { accounts: wrong });
    const ended = await untilEnded(bench, id);
    expect(ended.state).toBe('completed_with_failures');
    expect((await accountTasksOf(bench, id))[0]?.error?.type).toBe('InvalidCredentials');
    expect((await truthOf(wrong))[0]?.loginFailures).toBe(1);
    const [refused] = (await dryRun('login', wrong, {})).refused;
    expect(refused?.reason).toContain('edit the account');
  });

  it('goes on through an expired session and a killed worker', async () => {
    const accounts = await bench.addAccounts({ count: 4, prefix: 'again' });
    await expectAllSucceeded(await runKind(bench, 'login', { accounts }), { loggedIn: 4 });
    await bench.site.break({ fault: 'expire-session', count: 1, username: accounts[0]!.username });
    await bench.site.break({ fault: 'slow', ms: 4_000, count: 4 });
    const id = await runKind(bench, 'bio', { accounts, params: { texts: ['After the storm, {{username}}'] } });
    await untilTotals(bench, id, 'some run', ({ totals }) => totals.running > 0);
    bench.stack.kill('browser');
    await bench.site.break();
    await expectAllSucceeded(id, {});
    expect((await truthOf(accounts)).map(({ bio }) => bio)).toEqual(
      accounts.map(({ username }) => `After the storm, ${username}`),
    );
  });
});

describe('bio and avatar', () => {
  it('sets a text for each account, and does not write the same again', async () => {
    const accounts = await bench.addAccounts({ count: 3, prefix: 'bio' });
    const params = { texts: ['{{username}} at sea', 'Number {{index}}'] };
    const plans = (await dryRun('bio', accounts, params)).plans.map(({ plan }) => plan.text);
    await expectAllSucceeded(await runKind(bench, 'bio', { accounts, params }), { changed: 3, unchanged: 0 });
    await expectAllSucceeded(await runKind(bench, 'bio', { accounts, params }), { changed: 0, unchanged: 3 });
    const truth = await truthOf(accounts);
    expect(truth.map(({ bio }) => bio)).toEqual(plans);
    expect(truth.map(({ bioChanges }) => bioChanges.length)).toEqual([1, 1, 1]);
    const tooLong = await dryRun('bio', accounts, { texts: ['x'.repeat(151)] });
    expect(tooLong.refused.map(({ reason }) => reason)).toEqual(Array(3).fill(expect.stringContaining('at most 150')));
  });

  it('sets a picture cut to a square', async () => {
    const accounts = await bench.addAccounts({ count: 2, prefix: 'face' });
    const mediaIds = [await addImage('teal'), await addImage('orange')];
    expect((await dryRun('avatar', accounts, { mediaIds })).plans.map(({ plan }) => plan.mediaId)).toEqual(mediaIds);
    await expectAllSucceeded(await runKind(bench, 'avatar', { accounts, params: { mediaIds } }), { changed: 2 });
    const truth = await truthOf(accounts);
    expect(new Set(truth.map(({ avatarSha256 }) => avatarSha256)).size).toBe(2);
    for (const { avatarSha256 } of truth) {
      const { bytes } = await bench.download(`/api/media/by-hash/${avatarSha256}/content`);
      const { width, height, format } = await sharp(bytes).metadata();
      expect([width, height, format]).toEqual([1024, 1024, 'jpeg']);
    }
    const film = await bench.send('POST', '/api/bulk/avatar', {
      accounts: { ids: [accounts[0]!.id] },
      params: { mediaIds: [videos[0]!.id] },
    });
    expect(film).toMatchObject({ status: 422, body: { errors: [{ path: 'params.mediaIds.0' }] } });
  });
});

describe('follow', () => {
  it('follows each target once, skips who is followed, and names who is not there', async () => {
    const targets = await bench.addAccounts({ count: 3, prefix: 'target' });
    const accounts = await bench.addAccounts({ count: 2, prefix: 'fan' });
    const category = await bench.call('POST', '/api/follow-categories', z.object({ id: z.uuid() }), {
      name: 'Friends',
    });
    await bench.call('POST', `/api/follow-categories/${category.id}/targets`, z.unknown(), {
      usernames: [...names(targets), 'nobody-of-that-name'],
    });
    const params = { categoryId: category.id, perAccount: 4 };
    const id = await runKind(bench, 'follow', { accounts, params });
    const ended = await untilEnded(bench, id);
    expect(ended.totals.partial).toBe(2);
    expect(ended.counters).toMatchObject({ followed: 6, notFound: 2 });
    await untilEnded(bench, await runKind(bench, 'follow', { accounts, params }));
    const truth = await truthOf(accounts);
    for (const { follows, followChanges } of truth) {
      expect([...follows].sort()).toEqual(names(targets).sort());
      expect(followChanges).toHaveLength(3);
    }
  });
});

describe('warm-up', () => {
  it('looks around, changes nothing, and ends with the usual limits', async () => {
    const accounts = await bench.addAccounts({ count: 2, prefix: 'warm' });
    const params = { days: 1, sessionsPerDay: 1, minutesPerSession: 0.05 };
    await expectAllSucceeded(await runKind(bench, 'warmup', { accounts, params }), { visits: 2 });
    for (const { posts, follows, bioChanges } of await truthOf(accounts)) {
      expect([posts, follows, bioChanges]).toEqual([[], [], []]);
    }
  });

  it('sleeps until the next day, holding nothing, and can be cancelled there', async () => {
    const accounts = await bench.addAccounts({ count: 2, prefix: 'sleep' });
    const params = { days: 3, sessionsPerDay: 1, minutesPerSession: 0.05 };
    const id = await runKind(bench, 'warmup', { accounts, params, window: 1 });
    const asleep = await untilTotals(bench, id, 'both sleep', ({ totals }) => totals.paced === 2);
    expect(asleep.state).toBe('running');
    const locks = await bench.call(
      'GET',
      '/api/locks',
      z.object({ items: z.array(z.object({ resource: z.string() })) }),
    );
    for (const { id: accountId } of accounts) {
      expect(locks.items.map(({ resource }) => resource)).not.toContain(`account/${accountId}`);
    }
    expect((await bench.send('POST', `/api/bulk/warmup/${id}/cancel`, {})).status).toBe(202);
    expect((await untilEnded(bench, id)).totals.cancelled).toBe(2);
  });
});

describe('the cookie robot', () => {
  it('visits listed sites in the account’s browser, consents, and keeps the cookies', async () => {
    const accounts = await bench.addAccounts({ count: 1, prefix: 'robot' });
    visits = [];
    const params = { urls: [`${siteUrl}/first`], minutesPerUrl: 0.05 };
    await expectAllSucceeded(await runKind(bench, 'cookie-robot', { accounts, params }), { visited: 1, consents: 1 });
    const paths = visits.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['/first', '/consented']));
    const unlisted = await bench.send('POST', '/api/bulk/cookie-robot', {
      accounts: { ids: [accounts[0]!.id] },
      params: { urls: ['https://example.com/'] },
    });
    expect(unlisted).toMatchObject({ status: 422, body: { errors: [{ path: 'params.urls.0' }] } });
  });
});

describe('the booster', () => {
  it('publishes the newest posts once on the linked account, whatever is killed and however often it runs', async () => {
    const accounts = await bench.addAccounts({ count: 2, prefix: 'cross' });
    const captions = ['One, {{username}}', 'Two, {{username}}'];
    for (const [place, video] of videos.entries()) {
      const id = await runKind(bench, 'upload', {
        accounts,
        params: { mediaIds: [video.id], captions: [captions[place]] },
      });
      await untilEnded(bench, id);
    }
    const params = { sourcePlatform: 'sandbox', targetPlatform: 'sandbox-clips', newest: 5 };
    const unlinked = await dryRun('booster', accounts, params);
    expect(unlinked.refused.map(({ reason }) => reason)[0]).toContain('no linked account');
    for (const { id, username, password } of accounts) {
      const body = { platform: 'sandbox-clips', username, password };
      const linked = await bench.call('POST', '/api/accounts', z.object({ id: z.uuid() }), body);
      await bench.call('PUT', `/api/accounts/${id}/links`, z.unknown(), { accountIds: [linked.id] });
    }
    const id = await runKind(bench, 'booster', { accounts, params });
    await until(
      async () => (await truthOf(accounts)).reduce((sum, { clips }) => sum + clips.length, 0),
      (n) => n >= 1,
      { what: 'a clip is there', withinMs: 90_000 },
    );
    bench.stack.kill('browser');
    await untilEnded(bench, id, 170_000);
    await untilEnded(bench, await runKind(bench, 'booster', { accounts, params }), 60_000);
    for (const { username, posts, clips, duplicates } of await truthOf(accounts)) {
      expect(clips.map(({ caption }) => caption)).toEqual([`One, ${username}`, `Two, ${username}`]);
      expect(clips.map(({ mediaSha256 }) => mediaSha256)).toEqual(posts.map(({ mediaSha256 }) => mediaSha256));
      expect(duplicates).toEqual([]);
    }
  }, 300_000);
});
