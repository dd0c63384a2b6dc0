import { z } from 'zod';
import type { AtprotoServer } from '../contract/atproto-server.ts';
import { readPost, sha256OfBlob, startAtprotoServer } from '../contract/atproto-server.ts';
import { type Bench, startBench, type TestAccount, type Video } from '../support/bench.ts';
import { accountTaskDetails, orderAndStart, runKind, untilEnded } from '../support/tasks.ts';
import { expectOneAnswer } from '../support/truth.ts';

jest.setTimeout(180_000);

let server: AtprotoServer;
let bench: Bench;
let video: Video;
const dids = new Map<string, string>();
let accounts: TestAccount[];

beforeAll(async () => {
  server = await startAtprotoServer();
  bench = await startBench({ env: { ATPROTO_URL: server.url } });
  [video] = (await bench.addVideos(1)) as [Video];
  accounts = await Promise.all(['ada', 'ben', 'cleo'].map((name) => addAccount(`${name}.test`)));
});
afterAll(async () => {
  await bench?.stop();
  await server?.close();
});

async function addAccount(username: string): Promise<TestAccount> {
  const password = `secret of ${username}`;
  dids.set(username, await server.addAccount(username, password));
  const account = { platform: 'atproto', username, password };
  const { id } = await bench.call('POST', '/api/accounts', z.object({ id: z.uuid() }), account);
  return { id, username, password } as TestAccount;
}

const postsOf = async (username: string) =>
  (await server.records(dids.get(username)!, 'app.bsky.feed.post')).map(readPost);

describe('an upload to accounts over an API', () => {
  it('posts the video of every account once, through the network worker and without a browser', async () => {
    const id = await orderAndStart(bench, {
      accounts,
      params: {
        mediaIds: [video.id],
        captions: ['Hello from {{username}}, see https://example.org/fleet'],
        location: 'Lisbon, Portugal',
        mentions: ['@ada.test'],
      },
    });
    const ended = await untilEnded(bench, id);
    expect(ended).toMatchObject({ state: 'completed', counters: { posted: 3 } });
    await expectOneAnswer(bench, id);

    const details = await accountTaskDetails(bench, id);
    for (const { username } of accounts) {
      const posts = await postsOf(username);
      expect(posts).toHaveLength(1);
      const [post] = posts;
      const caption = `Hello from ${username}, see https://example.org/fleet`;
      expect(post!.text).toBe(`${caption}\n\n📍 Lisbon, Portugal\nwith @ada.test`);
      expect(post!.links).toEqual([{ uri: 'https://example.org/fleet', text: 'https://example.org/fleet' }]);
      expect(post!.mentions).toEqual([{ did: dids.get('ada.test'), text: '@ada.test' }]);
      expect(sha256OfBlob(post!.blob)).toBe(video.sha256);
      const intents = details.find((task) => task.username === username)!.intents;
      expect(intents).toEqual([expect.objectContaining({ caption, submits: 1, mediaSha256: video.sha256 })]);
      expect(intents[0]!.permalink).toBe(
        `https://bsky.app/profile/${dids.get(username)}/post/${post!.id.split('/').at(-1)}`,
      );
    }
    expect(await bench.stack.logs('browser')).not.toContain('open-session');
    const histories = JSON.stringify(details) + (await bench.stack.logs('network'));
    for (const { password } of accounts) expect(histories).not.toContain(password);
  });

  it('leaves sessions that later tasks of other kinds go on with', async () => {
    const logins = await runKind(bench, 'login', { accounts });
    expect(await untilEnded(bench, logins)).toMatchObject({ state: 'completed', counters: { reused: 3, loggedIn: 0 } });

    const bios = await runKind(bench, 'bio', { accounts: accounts.slice(0, 1), params: { texts: ['Sails at dawn'] } });
    expect(await untilEnded(bench, bios)).toMatchObject({ state: 'completed', counters: { changed: 1 } });
    const [profile] = await server.records(dids.get(accounts[0]!.username)!, 'app.bsky.actor.profile');
    expect(profile!.value).toMatchObject({ description: 'Sails at dawn' });
  });
});

describe('a kind that the platform lacks', () => {
  it('is refused at the door, with the reason, and nothing is written', async () => {
    const body = {
      accounts: { ids: [accounts[0]!.id] },
      params: { days: 3, sessionsPerDay: 1, minutesPerSession: 2 },
    };
    const dry = await bench.send('POST', '/api/bulk/warmup?dryRun=true', body);
    expect(dry.status).toBe(200);
    expect((dry.body as { refused: unknown[] }).refused).toEqual([
      expect.objectContaining({ accountId: accounts[0]!.id, reason: expect.stringContaining('AT Protocol') }),
    ]);
    const answer = await bench.send('POST', '/api/bulk/warmup', body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    const listed = await bench.send('GET', '/api/bulk/warmup');
    expect((listed.body as { items: unknown[] }).items).toEqual([]);
  });
});
