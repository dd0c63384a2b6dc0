import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { renderSampleVideos } from '../../activities/media/samples.ts';
import { variantSchema } from '../../api/media-schemas.ts';
import { type Bench, SAMPLES_FOLDER, startBench, type TestAccount, type Video } from '../support/bench.ts';
import { accountTaskDetails, accountTaskOf, orderAndStart, runKind, untilEnded } from '../support/tasks.ts';
import { expectEveryPostOnce, expectOneAnswer } from '../support/truth.ts';
import { until } from '../support/wait.ts';

jest.setTimeout(250_000);

const detailSchema = z.object({ sha256: z.string(), variants: z.array(variantSchema), variantCount: z.int() });
const plansSchema = z.object({
  total: z.int(),
  plans: z.array(z.looseObject({ accountId: z.uuid(), plan: z.unknown() })),
  refused: z.array(z.object({ accountId: z.uuid(), reason: z.string() })),
});

let bench: Bench;
let videos: Video[];
let accounts: TestAccount[];
beforeAll(async () => {
  bench = await startBench();
  videos = await bench.addVideos(3);
  accounts = await bench.addAccounts({ count: 2, prefix: 'own' });
});
afterAll(() => bench?.stop());

const small = { maxHeight: 240, frameRate: 15 };
const ids = (...of: { id: string }[]) => of.map(({ id }) => id);
const detailOf = (id: string) => bench.call('GET', `/api/media/${id}`, detailSchema);
const variantsOf = async (id: string, taskId: string) =>
  (await bench.call('GET', `/api/media/${id}/variants?taskId=${taskId}`, z.object({ items: z.array(variantSchema) })))
    .items;

async function dryRun(kind: string, of: readonly TestAccount[], params: object) {
  return await bench.call('POST', `/api/bulk/${kind}?dryRun=true`, plansSchema, {
    accounts: { ids: ids(...of) },
    params,
  });
}

describe('renditions for each account', () => {
  it('are planned in a dry run with the recipes as they were drawn, and nothing is rendered', async () => {
    const params = {
      mediaIds: ids(videos[0]!),
      recipe: { ...small, preset: '9:16', text: { template: '@{{username}}' } },
    };
    const first = await dryRun('media-uniq', accounts, params);
    expect(first).toEqual(await dryRun('media-uniq', accounts, params));
    const text = first.plans.map(({ plan }) => JSON.stringify(plan));
    for (const [index, { username }] of accounts.entries()) expect(text[index]).toContain(`@${username}`);
    expect(new Set(text.map((one) => /"speed":\[([^\]]+)\]/.exec(one)?.[1])).size).toBe(2);
    expect((await detailOf(videos[0]!.id)).variants).toEqual([]);
  });

  it('are refused at the door when the recipe makes no sense', async () => {
    const wrong = await bench.send('POST', '/api/bulk/media-uniq', {
      accounts: { ids: ids(...accounts) },
      params: { mediaIds: ids(videos[0]!), recipe: { speed: [1.1, 0.9], mark: 'x' } },
    });
    expect(wrong.status).toBe(400);
    expect(JSON.stringify(wrong.body)).toContain('The first number must not be larger than the second');
    const long = await dryRun('media-uniq', accounts, {
      mediaIds: ids(videos[0]!),
      recipe: { trimStartMs: [7_500, 7_500] },
    });
    expect(long.refused[0]?.reason).toMatch(/lasts 0.5 s; the platform wants at least 1 s/);
  });

  it('are rendered, measured, listed side by side, and posted by an upload instead of the original', async () => {
    const [video] = videos as [Video];
    const form = new FormData();
    const picture = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#3a7' } })
      .png()
      .toBuffer();
    form.set('file', new Blob([new Uint8Array(picture)]), 'picture.png');
    const image = await bench.call('POST', '/api/media', z.object({ id: z.uuid() }), form);
    const id = await runKind(bench, 'media-uniq', {
      accounts,
      params: {
        mediaIds: ids(video, image),
        variantsPerAccount: 2,
        recipe: { ...small, preset: '9:16', text: { template: '@{{username}}', heightPercent: 4 }, minSsim: 0.6 },
      },
    });
    const ended = await untilEnded(bench, id);
    expect(ended.totals).toMatchObject({ total: 2, succeeded: 2 });
    expect(ended.counters).toMatchObject({ rendered: 8 });
    await expectOneAnswer(bench, id);

    const detail = await detailOf(video.id);
    expect(detail.variants).toHaveLength(4);
    expect(detail.variantCount).toBe(4);
    expect(new Set(detail.variants.map(({ sha256 }) => sha256)).size).toBe(4);
    for (const variant of detail.variants) {
      expect(variant).toMatchObject({ height: 240, taskId: id });
      expect(variant.width! / variant.height!).toBeCloseTo(9 / 16, 1);
      expect(variant.ssim).toBeGreaterThan(0.6);
      expect(accounts.map(({ username }) => username)).toContain(variant.account?.username);
      expect(JSON.stringify(variant.recipe)).toContain(`@${variant.account?.username}`);
      const at = `/api/media/${video.id}/variants/${variant.id}`;
      const { bytes, contentType } = await bench.download(`${at}/content`);
      expect(contentType).toBe('video/mp4');
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(variant.sha256);
      const thumbnail = await bench.download(`${at}/thumbnail`);
      expect((await sharp(thumbnail.bytes).metadata()).height).toBe(240);
    }
    for (const variant of (await detailOf(image.id)).variants) {
      expect(variant.height! / 200).toBeCloseTo(0.98, 1);
      expect(variant.ssim).toBeGreaterThan(0.6);
    }

    const stranger = await bench.addAccounts({ count: 1, prefix: 'stranger' });
    const upload = { mediaIds: ids(video), variantsOf: id, captions: ['Own rendition of {{username}}'] };
    const planned = await dryRun('upload', [...accounts, ...stranger], upload);
    expect(planned.refused).toEqual([
      expect.objectContaining({ accountId: stranger[0]!.id, reason: expect.stringContaining('has rendered none of') }),
    ]);
    const posted = await orderAndStart(bench, { accounts, params: upload });
    expect((await untilEnded(bench, posted)).totals.succeeded).toBe(2);
    await expectEveryPostOnce(bench, posted);
    const truth = await bench.site.truth(accounts.map(({ username }) => username));
    for (const { username, posts } of truth) {
      const own = detail.variants.filter(({ account }) => account?.username === username).map(({ sha256 }) => sha256);
      expect(own).toContain(posts[0]!.mediaSha256);
      expect(posts[0]!.mediaSha256).not.toBe(video.sha256);
    }
    expect((await detailOf(video.id)).variantCount).toBe(4);
  });

  it('that are too unlike their source are made milder, and refused when even that does not help', async () => {
    const [first, second] = videos as [Video, Video, Video];
    const strong = { ...small, brightness: [0.3, 0.3], contrast: [1.4, 1.4] };
    const order = (video: Video, minSsim: number) =>
      runKind(bench, 'media-uniq', {
        accounts: accounts.slice(0, 1),
        params: { mediaIds: ids(video), recipe: { ...strong, minSsim } },
      });
    const milder = await order(second, 0.9);
    const never = await order(first, 1);
    expect((await untilEnded(bench, milder)).totals.succeeded).toBe(1);
    const [made] = await variantsOf(second.id, milder);
    expect(made?.ssim).toBeGreaterThanOrEqual(0.9);
    const [brightness] = z.object({ brightness: z.tuple([z.number(), z.number()]) }).parse(made?.recipe).brightness;
    expect([0.15, 0.075, 0.0375]).toContain(brightness);

    expect((await untilEnded(bench, never)).totals.failed).toBe(1);
    const failed = await accountTaskOf(bench, never, accounts[0]!.username);
    expect(failed.error).toMatchObject({
      type: 'MediaRejected',
      message: expect.stringMatching(/too unlike.*lower the floor/),
    });
    expect(await variantsOf(first.id, never)).toEqual([]);
  });

  it('are neither lost nor doubled when the media worker is killed while it renders', async () => {
    const [, , third] = await renderSampleVideos(SAMPLES_FOLDER, 3);
    expect(third!.durationMs).toBe(10_000);
    const video = videos[2]!;
    const id = await runKind(bench, 'media-uniq', {
      accounts,
      params: { mediaIds: ids(video), variantsPerAccount: 3, recipe: { preset: '9:16', maxHeight: 640, minSsim: 0.5 } },
    });
    const hosts = join(bench.stack.dataFolder, 'hosts');
    await until(
      async () => {
        const [host = ''] = await readdir(hosts);
        return await readdir(join(hosts, host, 'renditions', 'tmp'));
      },
      (names) => names.some((name) => name.endsWith('.nut')),
      { what: 'a rendition is being written' },
    );
    bench.stack.kill('media');
    const ended = await untilEnded(bench, id, 220_000);
    expect(ended.totals).toMatchObject({ total: 2, succeeded: 2 });
    const { rendered = 0, reused = 0 } = ended.counters;
    expect(rendered + reused).toBe(6);
    const variants = await variantsOf(video.id, id);
    expect(variants).toHaveLength(6);
    expect(new Set(variants.map(({ sha256 }) => sha256)).size).toBe(6);
    for (const task of await accountTaskDetails(bench, id)) {
      expect(variants.filter(({ accountTaskId }) => accountTaskId === task.id)).toHaveLength(3);
    }
    expect(bench.stack.said.join('\n')).toContain('media');
    await expectOneAnswer(bench, id);
  });
});
