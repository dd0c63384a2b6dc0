import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { ClipFolder } from '../activities/media/fixtures.ts';
import { createClipFolder } from '../activities/media/fixtures.ts';
import { probeFile } from '../activities/media/probe.ts';
import { makeAccounts } from './door/test-data.ts';
import type { TestApi } from './testing.ts';
import { startTestApi } from './testing.ts';

jest.setTimeout(60_000);

interface Variant {
  id: string;
  ssim: number | null;
  account: { username: string } | null;
  width: number | null;
}

describe('the variants of a file', () => {
  let api: TestApi;
  let clips: ClipFolder;
  let assetId: string;
  let owners: { accountTaskId: string; accountId: string; taskId: string }[];
  beforeAll(async () => {
    clips = await createClipFolder();
    api = await startTestApi();
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(await readFile(await clips.make('source.mp4')))]), 'source.mp4');
    assetId = String((await api.call('/api/media', { body: form })).json.id);
    const accounts = await makeAccounts(api, 'variant', 2);
    const task = await api.deps.db.bulkTask.create({
      data: { kind: 'media-uniq', name: 'v', params: {}, selection: {}, window: 1, total: 2, workflowId: randomUUID() },
    });
    owners = await Promise.all(
      accounts.map(async (accountId, ordinal) => {
        const data = { taskId: task.id, ordinal, accountId, username: `variant${ordinal}`, plan: {} };
        return { accountTaskId: (await api.deps.db.accountTask.create({ data })).id, accountId, taskId: task.id };
      }),
    );
  });
  afterAll(async () => {
    await api?.stop();
    await clips?.remove();
  });

  async function save(name: string, meta: object) {
    const path = await clips.make(`${name}.mp4`, { size: '96x64', frameRate: 10 + name.length });
    const form = new FormData();
    const all = { assetId, recipeHash: name, recipe: { mark: name }, probe: await probeFile(path), ...meta };
    form.set('meta', JSON.stringify(all));
    form.set('file', new Blob([new Uint8Array(await readFile(path))]), 'file');
    return await api.call('/api/worker/variants', { method: 'POST', token: api.deps.keys.workerToken, body: form });
  }
  const list = async (query = '') =>
    (await api.call(`/api/media/${assetId}/variants${query}`)).json as unknown as {
      items: Variant[];
      nextCursor: string | null;
    };
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(api.url + path, { headers: { authorization: `Bearer ${api.deps.keys.adminToken}`, ...headers } });

  it('are listed with likeness, account and size, of all accounts or of one, in pages', async () => {
    const [ann, bob] = owners;
    await save('a', { accountTaskId: ann!.accountTaskId, ssim: 0.97 });
    await save('ab', { accountTaskId: ann!.accountTaskId, ssim: 0.95 });
    await save('abc', { accountTaskId: bob!.accountTaskId, ssim: 0.93 });
    await save('abcd', {});
    expect((await list()).items).toMatchObject([
      { ssim: null, account: null, taskId: null },
      { ssim: 0.93, account: { username: 'variant1' }, taskId: bob!.taskId, width: 96, height: 64 },
      { ssim: 0.95, account: { username: 'variant0' } },
      { ssim: 0.97, account: { username: 'variant0' } },
    ]);
    expect((await list(`?accountId=${ann!.accountId}`)).items).toHaveLength(2);
    expect((await list(`?taskId=${ann!.taskId}`)).items).toHaveLength(3);
    const first = await list('?limit=3');
    expect(first.items).toHaveLength(3);
    expect((await list(`?limit=3&cursor=${first.nextCursor}`)).items).toMatchObject([{ ssim: 0.97 }]);
    const { json } = await api.call(`/api/media/${assetId}`);
    expect(json).toMatchObject({ variantCount: 4, variants: [{}, {}, {}, { account: { username: 'variant0' } }] });
  });

  it('are one row when a host hands one over twice, and a host finds what an account task has', async () => {
    const [ann] = owners;
    const again = await save('a', { accountTaskId: ann!.accountTaskId, ssim: 0.5 });
    expect(again.status).toBe(200);
    const own = await api.call(`/api/worker/account-tasks/${ann!.accountTaskId}/variants`, {
      token: api.deps.keys.workerToken,
    });
    const { variants } = own.json as unknown as { variants: { recipe: { mark: string }; ssim: number }[] };
    expect(variants.map(({ recipe, ssim }) => [recipe.mark, ssim]).sort()).toEqual([
      ['a', 0.97],
      ['ab', 0.95],
    ]);
    const stranger = await api.call(`/api/worker/account-tasks/${ann!.accountTaskId}/variants`, { token: 'nobody' });
    expect(stranger.status).toBe(401);
  });

  it('show a thumbnail and their bytes in ranges', async () => {
    const [variant] = (await list()).items;
    const at = `/api/media/${assetId}/variants/${variant!.id}`;
    const part = await get(`${at}/content`, { range: 'bytes=0-9' });
    expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([206, 10]);
    for (let time = 0; time < 2; time += 1) {
      const thumbnail = await get(`${at}/thumbnail`);
      expect(thumbnail.headers.get('content-type')).toBe('image/jpeg');
      expect(await sharp(Buffer.from(await thumbnail.arrayBuffer())).metadata()).toMatchObject({
        width: 96,
        height: 64,
      });
    }
    expect((await get(`/api/media/${randomUUID()}/variants/${variant!.id}/thumbnail`)).status).toBe(404);
    expect((await get(`/api/media/${assetId}/variants/${randomUUID()}/content`)).status).toBe(404);
  });

  it('go with their file, thumbnails too', async () => {
    await api.deps.db.bulkTask.updateMany({ data: { state: 'completed' } });
    expect((await api.call(`/api/media/${assetId}`, { method: 'DELETE' })).status).toBe(204);
    const left = await readdir(api.deps.media.folder, { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile()).map(({ name }) => name)).toEqual([]);
  });
});
