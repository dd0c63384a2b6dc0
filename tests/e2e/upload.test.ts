import { renderOddSample } from '../../activities/media/samples.ts';
import { type Bench, SAMPLES_FOLDER, startBench, type Video } from '../support/bench.ts';
import { listen } from '../support/event-stream.ts';
import {
  accountTaskDetails,
  aggregateOf,
  order,
  orderAndStart,
  start,
  untilEnded,
  untilTotals,
} from '../support/tasks.ts';
import { expectEveryPostOnce, expectOneAnswer } from '../support/truth.ts';
import { until } from '../support/wait.ts';

jest.setTimeout(180_000);

let bench: Bench;
let videos: Video[];
beforeAll(async () => {
  bench = await startBench();
  videos = await bench.addVideos(3);
});
afterAll(() => bench?.stop());

const mediaOf = (plan: unknown): string[] =>
  (plan as { posts: { mediaId: string }[] }).posts.map((post) => post.mediaId);

describe('an upload over many accounts', () => {
  it('posts every video of every account once, as planned, and tells of it while it happens', async () => {
    const plain = await bench.addAccounts({ count: 6, prefix: 'sea' });
    const guarded = await bench.addAccounts({ count: 2, prefix: 'totp', totp: true });
    const accounts = [...plain, ...guarded];
    const id = await order(bench, {
      accounts,
      params: {
        mediaIds: videos.map((video) => video.id),
        perAccount: 2,
        captions: ['Hello from {{username}}, number {{index}} {today|tonight} – <b>ü</b> 🚀'],
        location: 'Lisbon, Portugal',
        mentions: ['sea1', '@sea2'],
      },
    });
    const stream = await listen(bench, id);
    await start(bench, id);
    const running = await untilTotals(bench, id, 'the workflow answers', ({ source }) => source === 'workflow');
    expect(running.totals.total).toBe(accounts.length);
    expect(running.state).toBe('running');

    const ended = await untilEnded(bench, id);
    expect(ended.state).toBe('completed');
    expect(ended.totals.succeeded).toBe(accounts.length);
    expect(ended.counters).toMatchObject({ posted: accounts.length * 2 });
    await expectOneAnswer(bench, id);
    await expectEveryPostOnce(bench, id);

    const details = await accountTaskDetails(bench, id);
    const sha256 = new Map(videos.map((video) => [video.id, video.sha256]));
    for (const task of details) {
      expect(task.intents.map((intent) => intent.mediaSha256)).toEqual(mediaOf(task.plan).map((id) => sha256.get(id)));
      expect(task.intents.map((intent) => intent.submits)).toEqual([1, 1]);
      const index = accounts.findIndex((account) => account.username === task.username) + 1;
      expect(task.intents[0]!.caption).toMatch(
        new RegExp(`^Hello from ${task.username}, number ${index} (today|tonight) – <b>ü</b> 🚀$`),
      );
    }

    const told = () => stream.seen.filter(({ event }) => event === 'account-task');
    await until(
      async () =>
        new Set(
          told()
            .filter(({ data }) => data.to === 'succeeded')
            .map(({ data }) => data.accountTaskId),
        ).size,
      (n) => n === accounts.length,
      { what: 'the stream has told of every account', withinMs: 10_000 },
    );
    stream.close();
    for (const { id: accountTaskId } of details) {
      const steps = told().filter(({ data }) => data.accountTaskId === accountTaskId);
      expect(steps.map(({ data }) => [data.from, data.to])).toEqual([
        ['pending', 'running'],
        ['running', 'succeeded'],
      ]);
    }
    expect(stream.seen.filter(({ event }) => event === 'bulk-task').at(-1)?.data).toMatchObject({ state: 'completed' });

    const permalinks = details.flatMap((task) => task.intents.map((intent) => intent.permalink ?? ''));
    expect(new Set(permalinks).size).toBe(accounts.length * 2);
    for (const task of details) {
      const { permalink, caption } = task.intents[1]!;
      // Others see a post once the site has processed it, which may be after the task has ended.
      const shown = await until(
        () => bench.site.lookAt(permalink!, plain[0]!),
        ({ status }) => status === 200,
        { what: `others see ${permalink}`, withinMs: 20_000 },
      );
      expect(shown.html).toContain(caption.replaceAll('<', '&lt;').replaceAll('>', '&gt;'));
    }
  });

  it('logs in once: a second task goes on with the stored sessions', async () => {
    const accounts = await bench.addAccounts({ count: 3, prefix: 'again' });
    const names = accounts.map(({ username }) => username);
    const params = (text: string) => ({ mediaIds: [videos[0]!.id], captions: [text] });
    const first = await orderAndStart(bench, { accounts, params: params('First by {{username}}') });
    expect((await untilEnded(bench, first)).state).toBe('completed');
    expect((await bench.site.truth(names)).map(({ logins }) => logins)).toEqual([1, 1, 1]);

    const second = await orderAndStart(bench, { accounts, params: params('Second by {{username}}') });
    expect((await untilEnded(bench, second)).state).toBe('completed');
    expect((await bench.site.truth(names)).map(({ logins }) => logins)).toEqual([1, 1, 1]);
    await expectEveryPostOnce(bench, first, second);
    await expectOneAnswer(bench, second);
  });
});

describe('a video that the platform does not take as it is', () => {
  it('is rendered by a media worker, once for all accounts, and the variant is what is posted', async () => {
    const odd = await bench.addVideo((await renderOddSample(SAMPLES_FOLDER)).path);
    const accounts = await bench.addAccounts({ count: 2, prefix: 'odd' });
    const id = await orderAndStart(bench, { accounts, params: { mediaIds: [odd.id], captions: ['Odd {{username}}'] } });
    expect((await untilEnded(bench, id)).totals.succeeded).toBe(2);
    await expectEveryPostOnce(bench, id);
    await expectOneAnswer(bench, id);

    const [variant, ...others] = await variantsOf(odd.id);
    expect(others).toEqual([]);
    expect(variant?.sha256).not.toBe(odd.sha256);
    expect(variant?.probe).toMatchObject({ videoCodec: 'h264' });
    expect(variant!.probe.width).toBeLessThanOrEqual(1920);
    const truth = await bench.site.truth(accounts.map(({ username }) => username));
    expect(truth.flatMap(({ posts }) => posts.map(({ mediaSha256 }) => mediaSha256))).toEqual([
      variant!.sha256,
      variant!.sha256,
    ]);
  });

  it('is rendered anew where the task asks for a variant', async () => {
    const source = videos[1]!;
    const accounts = await bench.addAccounts({ count: 1, prefix: 'square' });
    const variants = { aspect: '1:1', fit: 'crop', maxHeight: 360 };
    const params = { mediaIds: [source.id], captions: ['Square'], variants };
    const id = await orderAndStart(bench, { accounts, params });
    expect((await untilEnded(bench, id)).totals.succeeded).toBe(1);
    await expectEveryPostOnce(bench, id);

    const [variant] = await variantsOf(source.id);
    expect(variant?.probe).toMatchObject({ width: 360, height: 360 });
    expect(variant?.recipe).toMatchObject(variants);
    const [truth] = await bench.site.truth([accounts[0]!.username]);
    expect(truth?.posts.map(({ mediaSha256 }) => mediaSha256)).toEqual([variant!.sha256]);
    expect(variant!.sha256).not.toBe(source.sha256);
    expect((await aggregateOf(bench, id)).counters).toMatchObject({ posted: 1 });
  });

  async function variantsOf(mediaId: string) {
    const { body } = await bench.send('GET', `/api/media/${mediaId}`);
    return (body as { variants: { sha256: string; recipe: unknown; probe: { width: number; height: number } }[] })
      .variants;
  }
});
