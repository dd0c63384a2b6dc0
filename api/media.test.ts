import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { ClipFolder } from '../activities/media/fixtures.ts';
import { createClipFolder } from '../activities/media/fixtures.ts';
import type { TestApi } from './testing.ts';
import { startTestApi } from './testing.ts';

const MAX_BYTES = 300_000;

describe('the media library', () => {
  let api: TestApi;
  let clips: ClipFolder;
  let video: Buffer;
  let picture: Buffer;
  beforeAll(async () => {
    clips = await createClipFolder();
    [api, video, picture] = await Promise.all([
      startTestApi({ env: { FLOTILLA_MEDIA_MAX_BYTES: String(MAX_BYTES) } }),
      clips.make('clip.mp4').then((path) => readFile(path)),
      sharp({ create: { width: 64, height: 48, channels: 3, background: '#336699' } })
        .png()
        .toBuffer(),
    ]);
  });
  afterAll(async () => {
    await api?.stop();
    await clips?.remove();
  });

  async function upload(bytes: Buffer, name: string, fields: Record<string, string> = {}) {
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(bytes)]), name);
    for (const [field, value] of Object.entries(fields)) form.set(field, value);
    return await api.call('/api/media', { body: form });
  }
  const get = (path: string, headers: Record<string, string> = {}, token = api.deps.keys.adminToken) =>
    fetch(api.url + path, { headers: token ? { authorization: `Bearer ${token}`, ...headers } : headers });
  const filesOnDisk = async () => {
    const all = await readdir(api.deps.media.folder, { recursive: true, withFileTypes: true });
    return all
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name)
      .sort();
  };

  it('takes a video once, however often its bytes come', async () => {
    const first = await upload(video, 'Ferien "Ü".mp4', { tags: 'beach; summer' });
    expect(first.status).toBe(201);
    expect(first.json).toMatchObject({
      kind: 'video',
      sha256: createHash('sha256').update(video).digest('hex'),
      bytes: video.length,
      width: 160,
      height: 120,
      mime: 'video/mp4',
      fileName: 'Ferien "Ü".mp4',
      tags: ['beach', 'summer'],
      hasThumbnail: true,
    });
    expect(Number(first.json.durationMs)).toBeGreaterThan(500);
    const again = await upload(video, 'other.mp4');
    expect(again.status).toBe(200);
    expect(again.json.id).toBe(first.json.id);
    const together = await Promise.all([upload(picture, 'a.png'), upload(picture, 'b.png'), upload(picture, 'c.png')]);
    expect(new Set(together.map(({ json }) => json.id)).size).toBe(1);
    expect(together.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
  });

  it('serves the bytes, whole and in ranges', async () => {
    const { json } = await upload(video, 'clip.mp4');
    const path = `/api/media/${String(json.id)}/content`;
    const whole = await get(path);
    expect(Buffer.from(await whole.arrayBuffer()).equals(video)).toBe(true);
    expect(whole.headers.get('content-type')).toBe('video/mp4');
    expect(whole.headers.get('content-disposition')).toBe(
      `inline; filename="Ferien ___.mp4"; filename*=UTF-8''Ferien%20%22%C3%9C%22.mp4`,
    );
    const etag = whole.headers.get('etag') ?? '';
    expect(etag).toBe(`"${String(json.sha256)}"`);
    for (const [range, from, to] of [
      ['bytes=5-9', 5, 10],
      ['bytes=100-', 100, video.length],
      ['bytes=-7', video.length - 7, video.length],
    ] as const) {
      const part = await get(path, { range });
      expect(part.status).toBe(206);
      expect(part.headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/${video.length}`);
      expect(Buffer.from(await part.arrayBuffer()).equals(video.subarray(from, to))).toBe(true);
    }
    const outside = await get(path, { range: `bytes=${video.length}-` });
    expect(outside.status).toBe(416);
    expect(outside.headers.get('content-range')).toBe(`bytes */${video.length}`);
    expect((await get(path, { 'if-none-match': etag })).status).toBe(304);
    expect((await get(path, { range: 'bytes=0-0', 'if-range': '"other"' })).status).toBe(200);
    const head = await fetch(api.url + path, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${api.deps.keys.adminToken}` },
    });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(video.length)]);
  });

  it('serves a thumbnail, and bytes by hash to workers', async () => {
    const { json } = await upload(video, 'clip.mp4');
    const thumbnail = await get(`/api/media/${String(json.id)}/thumbnail`);
    expect(thumbnail.headers.get('content-type')).toBe('image/jpeg');
    expect(await sharp(Buffer.from(await thumbnail.arrayBuffer())).metadata()).toMatchObject({
      format: 'jpeg',
      width: 160,
    });
    const byHash = await get(`/api/media/by-hash/${String(json.sha256)}/content`, {}, api.deps.keys.workerToken);
    expect(Buffer.from(await byHash.arrayBuffer()).equals(video)).toBe(true);
    expect((await get('/api/media/by-hash/..%2f..%2fkeys/content', {}, api.deps.keys.workerToken)).status).toBe(400);
  });

  it('gives out links that work alone, and only unchanged and in time', async () => {
    const { json } = await upload(video, 'clip.mp4');
    const { url, expiresAt } = (await api.call(`/api/media/${String(json.id)}/link`)).json as unknown as {
      url: string;
      expiresAt: string;
    };
    expect(new Date(expiresAt).getTime()).toBeGreaterThan(Date.now());
    const { pathname, searchParams } = new URL(url);
    const status = async (changes: Record<string, string>) =>
      (await get(`${pathname}?${new URLSearchParams({ ...Object.fromEntries(searchParams), ...changes })}`, {}, ''))
        .status;
    expect(await status({})).toBe(200);
    expect(await status({ expires: String(Number(searchParams.get('expires')) + 1) })).toBe(403);
    expect(await status({ signature: 'x' })).toBe(403);
    const past = '1000';
    const signature = api.deps.sealer.mac('media-link', `${String(json.id)}.${past}`);
    expect(await status({ expires: past, signature })).toBe(403);
    expect((await get(pathname, {}, '')).status).toBe(401);
  });

  it.each([
    ['a text', () => Buffer.from('hello'), 'notes.mp4', 422, /text file/],
    ['a video that is cut short', () => video.subarray(0, video.length - 2_000), 'cut.mp4', 422, /cut short/],
    [
      'a picture that is cut short',
      () => picture.subarray(0, picture.length - 30),
      'cut.png',
      422,
      /cut short|damaged/,
    ],
    [
      'a video under the name of a picture',
      () => Buffer.concat([video, Buffer.alloc(8)]),
      'clip.png',
      422,
      /named .png/,
    ],
    ['an empty file', () => Buffer.alloc(0), 'empty.mp4', 422, /empty/],
    ['a file over the limit', () => Buffer.alloc(MAX_BYTES + 1), 'large.mp4', 413, /larger than 0.3 MB/],
    ['a file far over the limit', () => Buffer.alloc(MAX_BYTES + 5_000_000), 'large.mp4', 413, /larger than 0.3 MB/],
  ])('refuses %s with the reason, and leaves nothing', async (_what, bytes, name, status, reason) => {
    const before = await filesOnDisk();
    const answer = await upload(bytes(), name);
    expect(answer.status).toBe(status);
    expect(answer.json.detail).toMatch(reason);
    expect(await filesOnDisk()).toEqual(before);
  });

  it('leaves nothing of an upload that breaks off', async () => {
    const before = await filesOnDisk();
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'));
        controller.enqueue(new Uint8Array(video));
        controller.close();
      },
    });
    const answer = await fetch(`${api.url}/api/media`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${api.deps.keys.adminToken}`,
        'content-type': 'multipart/form-data; boundary=b',
      },
      body,
      duplex: 'half',
    } as RequestInit);
    expect(answer.status).toBe(400);
    expect(await filesOnDisk()).toEqual(before);
  });

  it('lists by kind, tag and name, renames, and shows the probe', async () => {
    const { json } = await upload(picture, 'a.png');
    const path = `/api/media/${String(json.id)}`;
    const changed = await api.call(path, { method: 'PATCH', body: { fileName: 'logo.png', tags: ['brand'] } });
    expect(changed.json).toMatchObject({ fileName: 'logo.png', tags: ['brand'] });
    for (const query of ['kind=image', 'tag=brand', 'q=LOGO', `sha256=${String(json.sha256)}`]) {
      const { items } = (await api.call(`/api/media?${query}`)).json as unknown as { items: { id: string }[] };
      expect(items.map(({ id }) => id)).toEqual([json.id]);
    }
    expect((await api.call('/api/media?limit=1')).json.nextCursor).not.toBeNull();
    expect((await api.call('/api/media?kind=sound')).status).toBe(400);
    expect((await api.call(path)).json).toMatchObject({ probe: { kind: 'image', container: 'png' }, variants: [] });
    expect((await api.call(path, { method: 'PATCH', body: { fileName: '../x' } })).status).toBe(400);
  });

  it('keeps what an unfinished bulk task needs, and deletes the rest from the disk too', async () => {
    const other = await sharp({ create: { width: 32, height: 32, channels: 3, background: '#aa0000' } })
      .jpeg()
      .toBuffer();
    const before = await filesOnDisk();
    const { json } = await upload(other, 'red.jpg');
    const task = await api.deps.db.bulkTask.create({
      data: {
        kind: 'upload',
        name: 'Spring',
        params: { mediaIds: [String(json.id)] },
        selection: {},
        window: 1,
        total: 0,
        workflowId: randomUUID(),
      },
    });
    const path = `/api/media/${String(json.id)}`;
    const refused = await api.call(path, { method: 'DELETE' });
    expect(refused.status).toBe(409);
    expect(refused.json.detail).toContain('"Spring"');
    await api.deps.db.bulkTask.update({ where: { id: task.id }, data: { state: 'completed' } });
    expect((await api.call(path, { method: 'DELETE' })).status).toBe(204);
    expect(await filesOnDisk()).toEqual(before);
    expect((await api.call(path)).status).toBe(404);
    expect((await api.call(`${path}/content`)).status).toBe(404);
  });
});
