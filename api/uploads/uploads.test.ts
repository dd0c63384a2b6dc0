import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, utimes } from 'node:fs/promises';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import { createApp } from '../app.ts';
import type { TestApi } from '../testing.ts';
import { startTestApi } from '../testing.ts';
import { stagingFolder, sweepUploads } from './staging.ts';

const MAX_BYTES = 400_000;
const UPLOADS = '/api/media/uploads';

let api: TestApi;
let picture: Buffer;
let other: string;
beforeAll(async () => {
  api = await startTestApi({ env: { FLOTILLA_MEDIA_MAX_BYTES: String(MAX_BYTES) } });
  // Noise, so that the file is large enough to be cut.
  picture = await sharp(randomBytes(300 * 300 * 3), { raw: { width: 300, height: 300, channels: 3 } })
    .png()
    .toBuffer();
  const made = await api.call('/api/tokens', { body: { name: 'other', scopes: ['operator'] } });
  other = String(made.json.token);
});
afterAll(() => api?.stop());

const tus = { 'tus-resumable': '1.0.0' };
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const metadata = `filename ${base64('harbour Ü.png')},tags ${base64('sea; summer')},owner ${base64('somebody')}`;

interface Raw {
  method?: string;
  headers?: Record<string, string>;
  body?: Buffer;
  token?: string;
  url?: string;
}
/** A call whose body is bytes as they are. */
async function raw(path: string, { method = 'PATCH', headers = {}, body, token, url = api.url }: Raw = {}) {
  const authorization = `Bearer ${token ?? api.deps.keys.adminToken}`;
  const answer = await fetch(url + path, {
    method,
    headers: { authorization, ...tus, ...headers },
    ...(body ? { body: new Uint8Array(body) } : {}),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}
async function begin(length: number, headers: Record<string, string> = {}): Promise<string> {
  const made = await raw(UPLOADS, {
    method: 'POST',
    headers: { 'upload-length': String(length), 'upload-metadata': metadata, ...headers },
  });
  expect({ status: made.status, text: made.text }).toEqual({ status: 201, text: '' });
  return made.headers.get('location') ?? '';
}
const send = (path: string, offset: number, body: Buffer, more: Raw = {}) =>
  raw(path, {
    ...more,
    headers: { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) },
    body,
  });

/** Sends the beginning of what it announces, and hangs up. */
function sendCut(path: string, bytes: Buffer, upTo: number): Promise<void> {
  return new Promise((done) => {
    const call = request(api.url + path, {
      method: 'PATCH',
      headers: {
        ...tus,
        authorization: `Bearer ${api.deps.keys.adminToken}`,
        'content-type': 'application/offset+octet-stream',
        'content-length': bytes.length,
        'upload-offset': 0,
      },
    });
    call.on('error', () => undefined);
    call.on('close', done);
    call.write(bytes.subarray(0, upTo), () => setTimeout(() => call.destroy(), 200));
  });
}
const inStaging = async () => (await readdir(stagingFolder(api.deps)).catch(() => [])).sort();
const inStore = async () =>
  (await readdir(api.deps.media.folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
    .length;

describe('an upload that can be resumed', () => {
  it('goes on where its connection was cut, also in another process, and joins the library', async () => {
    const path = await begin(picture.length);
    const cut = Math.floor(picture.length / 2);
    await sendCut(path, picture, cut);

    const app = createApp({ ...api.deps, env: { ...api.deps.env } });
    const server = app.listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const head = await raw(path, { method: 'HEAD', url });
      const offset = Number(head.headers.get('upload-offset'));
      expect(head).toMatchObject({ status: 200, text: '' });
      expect(head.headers.get('upload-length')).toBe(String(picture.length));
      expect(offset).toBe(cut);
      const wrong = await send(path, offset - 1, picture.subarray(offset - 1), { url });
      expect(wrong.status).toBe(409);

      const done = await send(path, offset, picture.subarray(offset), { url });
      expect({ status: done.status, text: done.text }).toEqual({ status: 204, text: '' });
      const id = done.headers.get('media-id');
      const { json: media } = await api.call(`/api/media/${id}`);
      expect(media).toMatchObject({
        fileName: 'harbour Ü.png',
        tags: ['sea', 'summer'],
        bytes: picture.length,
        sha256: createHash('sha256').update(picture).digest('hex'),
      });
      expect(await inStaging()).toEqual([`${path.split('/').at(-1)}.done`]);
    } finally {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  });

  it('tells which file it became to whoever lost the answer', async () => {
    const path = await begin(picture.length);
    const first = await send(path, 0, picture);
    const again = await send(path, picture.length, Buffer.alloc(0));
    const head = await raw(path, { method: 'HEAD' });
    const id = first.headers.get('media-id');
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect([again.headers.get('media-id'), head.headers.get('media-id')]).toEqual([id, id]);
    expect((await api.call(path)).json).toMatchObject({ mediaId: id, offset: picture.length });
  });

  it('leaves nothing of a file that is no video or picture', async () => {
    const [before, stored] = [await inStaging(), await inStore()];
    const text = Buffer.from('#!/bin/sh\necho nothing to see\n'.repeat(100));
    const path = await begin(text.length);
    expect((await send(path, 0, text.subarray(0, 50))).status).toBe(204);
    const refused = await send(path, 50, text.subarray(50));
    expect(refused.status).toBe(422);
    expect(JSON.parse(refused.text)).toMatchObject({ status: 422, errors: [{ path: 'file' }] });
    expect(await inStaging()).toEqual(before);
    expect(await inStore()).toBe(stored);
    expect((await raw(path, { method: 'HEAD' })).status).toBe(404);
  });

  it('is no larger than a file may be, nor than it was said to be', async () => {
    const large = await raw(UPLOADS, { method: 'POST', headers: { 'upload-length': String(MAX_BYTES + 1) } });
    expect(large.status).toBe(413);
    expect((await raw(UPLOADS, { method: 'POST' })).status).toBe(400);
    expect((await raw(UPLOADS, { method: 'POST', headers: { 'upload-defer-length': '1' } })).status).toBe(400);
    const path = await begin(10);
    expect((await send(path, 0, Buffer.alloc(11))).status).toBe(413);
    expect((await raw(path, { method: 'DELETE' })).status).toBe(204);
  });

  it('is seen, continued and ended by nobody else', async () => {
    const path = await begin(picture.length);
    await send(path, 0, picture.subarray(0, 100));
    expect((await raw(path, { method: 'HEAD', token: other })).status).toBe(404);
    expect((await api.call(path, { token: other })).status).toBe(404);
    expect((await send(path, 100, picture.subarray(100), { token: other })).status).toBe(404);
    expect((await raw(path, { method: 'DELETE', token: other })).status).toBe(404);
    expect((await api.call(path)).json).toMatchObject({ offset: 100, mediaId: null });
    expect((await raw(path, { method: 'DELETE' })).status).toBe(204);
    expect((await raw(path, { method: 'HEAD' })).status).toBe(404);
  });

  it('is begun once under one key, and speaks the protocol', async () => {
    const key = { 'idempotency-key': 'one-upload' };
    const path = await begin(500, key);
    expect(await begin(500, key)).toBe(path);
    const headers = { ...key, 'upload-length': '501', 'upload-metadata': metadata };
    expect((await raw(UPLOADS, { method: 'POST', headers })).status).toBe(422);
    expect((await raw(path, { headers: { 'tus-resumable': '0.1' } })).status).toBe(412);
    expect((await raw(path, { headers: { 'content-type': 'text/plain', 'upload-offset': '0' } })).status).toBe(400);
    expect((await raw(`${UPLOADS}/..%2F..%2Fkeys`, { method: 'HEAD' })).status).toBe(400);
  });

  it('is removed when it has not grown for a day', async () => {
    const path = await begin(picture.length);
    const id = path.split('/').at(-1) ?? '';
    await send(path, 0, picture.subarray(0, 100));
    const yesterday = new Date(Date.now() - 25 * 60 * 60_000);
    const folder = stagingFolder(api.deps);
    await utimes(join(folder, `${id}.json`), yesterday, yesterday);
    expect(await sweepUploads(api.deps)).toBe(0);
    expect(await readFile(join(folder, id))).toHaveLength(100);
    await utimes(join(folder, id), yesterday, yesterday);
    expect(await sweepUploads(api.deps)).toBe(2);
    expect((await raw(path, { method: 'HEAD' })).status).toBe(404);
  });
});
