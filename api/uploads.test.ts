import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { crc32, deflateSync, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import type { ClipFolder } from '../activities/media/fixtures.ts';
import { createClipFolder } from '../activities/media/fixtures.ts';
import { allRoutes } from './routes.ts';
import { startTestApi, type TestAnswer, type TestApi } from './testing.ts';

jest.setTimeout(120_000);

const MAX_BYTES = 1_000_000;
const SCRIPT = '<script>alert(document.cookie)</script>';
const NOWHERE = '00000000-0000-4000-8000-000000000000';

let api: TestApi;
let clips: ClipFolder;
let video: Buffer;
const picture = (format: 'png' | 'jpeg' | 'gif', background = 'teal') =>
  sharp({ create: { width: 32, height: 24, channels: 3, background } })
    .toFormat(format)
    .toBuffer();

beforeAll(async () => {
  clips = await createClipFolder();
  [api, video] = await Promise.all([
    startTestApi({ env: { FLOTILLA_MEDIA_MAX_BYTES: String(MAX_BYTES) } }),
    clips.make('clip.mp4').then((path) => readFile(path)),
  ]);
});
afterAll(async () => {
  await api?.stop();
  await clips?.remove();
});

function upload(bytes: Buffer | string, name: string, type = '', path = '/api/media'): Promise<TestAnswer> {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(Buffer.from(bytes as Buffer))], { type }), name);
  return api.call(path, { body: form });
}

async function filesUnder(...folders: string[]): Promise<string[]> {
  const entries = await Promise.all(
    folders.map((folder) =>
      readdir(join(api.dataFolder, folder), { recursive: true, withFileTypes: true }).catch(() => []),
    ),
  );
  return entries
    .flat()
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
const onDisk = () => filesUnder('media', 'evidence', 'tmp');

/** The header of a picture, and next to nothing behind it. */
function pngOfSize(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const start = Buffer.from('89504e470d0a1a0a', 'hex');
  const data = chunk('IDAT', deflateSync(Buffer.alloc(100)));
  return Buffer.concat([start, chunk('IHDR', header), data, chunk('IEND', Buffer.alloc(0))]);
}

describe('a file for the library', () => {
  it('is what its bytes are, whatever its name and its sender say', async () => {
    const jpeg = await picture('jpeg', 'red');
    const taken = await upload(jpeg, 'page.html', 'text/html');
    expect([taken.status, taken.json.mime]).toEqual([201, 'image/jpeg']);
    const shown = await api.call(`/api/media/${String(taken.json.id)}/content`);
    expect(shown.headers.get('content-type')).toBe('image/jpeg');
  });

  it.each([
    ['a page under the name of a picture', () => `<!doctype html>${SCRIPT}`, 'a.jpg', 'image/jpeg', /web page/],
    [
      'a drawing that may hold script',
      () => `<svg xmlns="http://www.w3.org/2000/svg">${SCRIPT}</svg>`,
      'a.svg',
      'image/svg+xml',
      /SVG/,
    ],
    [
      'such a drawing under another name',
      () => `<?xml version="1.0"?><svg>${SCRIPT}</svg>`,
      'a.png',
      'image/png',
      /SVG/,
    ],
    [
      'script that begins like a picture',
      () => `GIF89a/*${'x'.repeat(99)}*/=1;${SCRIPT}`,
      'a.gif',
      'image/gif',
      /damaged/,
    ],
    [
      'a video behind the head of a page',
      () => Buffer.concat([Buffer.from(`<html>${SCRIPT}`), video]),
      'a.mp4',
      'video/mp4',
      /not a video/,
    ],
    [
      'a list of addresses for a player',
      () => '#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n',
      'a.mp4',
      'video/mp4',
      /text file/,
    ],
    ['a list of files to join', () => "ffconcat version 1.0\nfile '/etc/passwd'\n", 'a.mkv', 'video/mp4', /text file/],
    ['an archive', () => Buffer.from('504b0304140000000800', 'hex'), 'a.mp4', 'video/mp4', /ZIP/],
    [
      'a picture that claims 400 million pixels',
      () => pngOfSize(20_000, 20_000),
      'a.png',
      'image/png',
      /too many pixels/,
    ],
    [
      'a picture that claims 110 million pixels',
      () => pngOfSize(11_000, 10_000),
      'a.png',
      'image/png',
      /too many pixels/,
    ],
  ])('is refused with the reason when it is %s, and nothing is left', async (_what, bytes, name, type, reason) => {
    const before = await onDisk();
    const answer = await upload(bytes(), name, type);
    expect([answer.status, answer.json.detail]).toEqual([422, expect.stringMatching(reason)]);
    expect(await onDisk()).toEqual(before);
  });

  it('that is two things at once is shown as the one it was taken for, where no script runs', async () => {
    const zip = Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.from(SCRIPT)]);
    for (const [name, bytes] of [
      ['a.gif', Buffer.concat([await picture('gif'), Buffer.from(`/*${SCRIPT}`)])],
      ['a.jpg', Buffer.concat([await picture('jpeg'), zip])],
      ['a.mp4', Buffer.concat([video, Buffer.from('00000100', 'hex'), Buffer.from('free'), Buffer.alloc(248, SCRIPT)])],
    ] as const) {
      const { json } = await upload(bytes, name);
      const path = `/api/media/${String(json.id)}`;
      const { url } = (await api.call(`${path}/link`)).json as unknown as { url: string };
      for (const { pathname, search } of [
        new URL(`${path}/content`, api.url),
        new URL(url),
        new URL(`${path}/thumbnail`, api.url),
      ]) {
        const answer = await api.call(pathname + search, { token: search ? null : undefined } as object);
        expect(answer.status).toBe(200);
        expect(answer.headers.get('content-type')).toMatch(/^(image|video)\/(gif|jpeg|mp4)$/);
        expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
        expect(answer.headers.get('content-disposition')).toMatch(/^inline; filename="/);
        expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
        expect(answer.headers.get('cross-origin-resource-policy')).toBe('same-origin');
        // What is drawn anew holds nothing of what came along.
        if (pathname.endsWith('thumbnail')) expect(answer.text).not.toContain('script');
      }
    }
  });

  it('keeps a name that leads nowhere, and lies under its hash alone', async () => {
    const before = await onDisk();
    const names: Record<string, string> = {
      '../../keys/admin-token.jpg': 'admin-token.jpg',
      '/etc/passwd': 'passwd',
      '..\\..\\windows\\system32\\a.jpg': 'a.jpg',
      'C:\\con.jpg': 'con.jpg',
      'nul\0.jpg': 'The multipart request is cut short or malformed.',
      'a\r\nset-cookie: b=c.jpg': 'aset-cookie: b=c.jpg',
      'stream.jpg:$DATA': 'stream.jpg:$DATA',
      '..': 'file',
      '': 'The request holds no file.',
    };
    for (const [given, kept] of Object.entries(names)) {
      const bytes = await picture('png', `#${randomBytes(3).toString('hex')}`);
      // By hand: a browser's own form would change the name.
      const head = `--b\r\ncontent-disposition: form-data; name="file"; filename="${given.replaceAll('\\', '\\\\')}"\r\n\r\n`;
      const body = given.includes('\r')
        ? null
        : Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--b--\r\n')]);
      const headers = {
        authorization: `Bearer ${api.deps.keys.adminToken}`,
        'content-type': 'multipart/form-data; boundary=b',
      };
      const answer = body
        ? await fetch(`${api.url}/api/media`, { method: 'POST', headers, body: new Uint8Array(body) })
        : null;
      const json = answer ? ((await answer.json()) as Record<string, string>) : (await upload(bytes, given)).json;
      expect([given, json.fileName ?? json.detail]).toEqual([given, body ? kept : expect.not.stringMatching(/\r|\n/)]);
      if (json.id === undefined) continue;
      const shown = await api.call(`/api/media/${String(json.id)}/content`);
      expect([given, shown.status]).toEqual([given, 200]);
      expect(shown.headers.get('content-disposition')).toMatch(
        /^inline; filename="[^"\\/]*"; filename\*=UTF-8''[^"\\/]*$/,
      );
      expect(shown.headers.get('set-cookie')).toBeNull();
    }
    const fresh = (await onDisk()).filter((path) => !before.includes(path));
    for (const path of fresh) expect(path).toMatch(/media\/[0-9a-f]{2}\/[0-9a-f]{64}$/);
    // Each with its thumbnail, but for the two that were refused.
    expect(fresh).toHaveLength(2 * (Object.keys(names).length - 2));
  });
});

describe('an address that leads to a file', () => {
  const EVIL = [
    ...['..%2f..%2fkeys%2fadmin-token', '%2e%2e%2f%2e%2e%2fkeys', '%2fetc%2fpasswd', '..%5c..%5ckeys', 'C:%5cwindows'],
    ...[
      'a%00b',
      '%00',
      '..%00',
      '.%2f',
      '%252e%252e%252f',
      'con',
      `${NOWHERE}%2f..%2f..`,
      'x'.repeat(5_000),
      '%ff',
      '%c0%ae',
    ],
  ];
  const withParameter = allRoutes.filter(({ path }) => path.includes('{'));

  it.each(withParameter.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const))(
    'is refused where it leads elsewhere: %s',
    async (_name, { method, path }) => {
      const wrong: string[] = [];
      for (const evil of EVIL) {
        const address = path.replace(/\{\w+\}/g, evil);
        const { status, text } = await api.call(address, { method: method.toUpperCase() });
        if (status < 400 || status >= 500) wrong.push(`${status} ${address.slice(0, 80)}`);
        if (text.includes(api.dataFolder) || text.includes(api.deps.keys.adminToken)) wrong.push(`tells: ${address}`);
      }
      expect(wrong).toEqual([]);
    },
  );
});

describe('evidence of a host', () => {
  async function send(kind: string, bytes: Buffer, accountTaskId: string): Promise<TestAnswer> {
    const form = new FormData();
    form.set('meta', JSON.stringify({ accountTaskId, step: '../../step', kind }));
    form.set('file', new Blob([new Uint8Array(bytes)], { type: 'text/html' }), '../../a.html');
    return api.call('/api/worker/evidence', { body: form, token: api.deps.keys.workerToken });
  }

  it('is served as what its bytes are, where no script runs, under a name of ours', async () => {
    const { db } = api.deps;
    const task = {
      kind: 'login',
      name: 'n',
      params: {},
      selection: {},
      window: 1,
      total: 1,
      state: 'running',
      workflowId: 'w',
    };
    const { id: taskId } = await db.bulkTask.create({ data: task });
    const { id: accountId } = await db.account.create({ data: { platform: 'sandbox', username: 'ada' } });
    const own = { taskId, accountId, ordinal: 0, username: 'ada', plan: {} };
    const { id: accountTaskId } = await db.accountTask.create({ data: own });
    for (const kind of ['screenshot', 'trace']) {
      const page = await send(kind, Buffer.from(`<html>${SCRIPT}`), accountTaskId);
      expect(page.status).toBe(415);
    }
    const shot = await send('screenshot', await picture('png'), accountTaskId);
    const trace = await send('trace', Buffer.from('504b0506'.padEnd(44, '0'), 'hex'), accountTaskId);
    for (const [answer, type, disposition] of [
      [shot, 'image/png', /^inline; filename="screenshot-[0-9a-f-]+\.png"$/],
      [trace, 'application/zip', /^attachment; filename="trace-[0-9a-f-]+\.zip"$/],
    ] as const) {
      const shown = await api.call(`/api/evidence/${String(answer.json.id)}/content`);
      expect([shown.status, shown.headers.get('content-type')]).toEqual([200, type]);
      expect(shown.headers.get('content-disposition')).toMatch(disposition);
      expect(shown.headers.get('x-content-type-options')).toBe('nosniff');
      expect(shown.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    }
  });

  it('that is refused leaves no file, nor does a variant of nothing', async () => {
    const before = await onDisk();
    expect(
      (await send('screenshot', Buffer.from(`<html>${SCRIPT}${randomBytes(9).toString('hex')}`), NOWHERE)).status,
    ).toBe(415);
    expect((await send('screenshot', await picture('png', '#123456'), NOWHERE)).status).toBe(404);
    for (const [path, meta, status] of [
      ['evidence', '{}', 400],
      ['media', '{}', 400],
      ['media', 'no JSON', 400],
      ['variants', '{}', 400],
      ['variants', JSON.stringify({ assetId: NOWHERE, recipeHash: 'a'.repeat(32), recipe: {}, probe: {} }), 404],
    ] as const) {
      const form = new FormData();
      form.set('meta', meta);
      form.set('file', new Blob([randomBytes(99)]));
      const answer = await api.call(`/api/worker/${path}`, { body: form, token: api.deps.keys.workerToken });
      expect([path, meta, answer.status]).toEqual([path, meta, status]);
    }
    expect(await onDisk()).toEqual(before);
  });
});

describe('a file of accounts', () => {
  const csv = (bytes: Buffer | string) => upload(bytes, '../accounts.csv', 'text/csv', '/api/accounts/import');
  const header = 'platform,username,password\n';

  it.each([
    ['one line without an end', () => header + 'x'.repeat(5_000_000), /too long/],
    [
      'a quote that is never closed',
      () => `${header}sandbox,"${'a\n'.repeat(400_000)}`,
      /quote is opened and never closed/,
    ],
    [
      'a field of nothing but line ends',
      () => `${header}sandbox,"${'\n'.repeat(400_000)}",x\n`,
      /quote is opened|too long/,
    ],
    ['a header of a hundred thousand columns', () => `${header.trim()}${','.repeat(100_000)}\n`, /at most 100 columns/],
    ['an archive', () => gzipSync(header), /not UTF-8/],
    ['nothing', () => '', /empty/],
  ])('is refused in a short answer when it is %s, and nothing is left', async (_what, bytes, reason) => {
    const before = await onDisk();
    const answer = await csv(bytes());
    expect([answer.status, answer.json.detail]).toEqual([400, expect.stringMatching(reason)]);
    expect(answer.text.length).toBeLessThan(5_000);
    expect(await onDisk()).toEqual(before);
  });

  it('without a header is refused without saying what is in it', async () => {
    const answer = await csv('sandbox,ada,a-password-of-hers\n');
    expect([answer.status, answer.json.detail]).toEqual([
      400,
      expect.stringMatching(/first line must name the columns/),
    ]);
    expect(answer.text).not.toContain('of-hers');
  });

  it.each([
    ['a line feed', () => 'a,b\n'.repeat(1_000_000)],
    ['a carriage return', () => `${'a,b\r'.repeat(1_000)}\n`.repeat(1_000)],
  ])('of a million lines that end with %s is refused before one is read', async (_end, lines) => {
    const answer = await csv(header + lines());
    expect([answer.status, answer.json.detail]).toEqual([400, expect.stringMatching(/more than 500,000 lines/)]);
    expect(await filesUnder('tmp')).toEqual([]);
  });

  it('of many wrong lines is told of in a short answer', async () => {
    const answer = await csv(header + 'a,b\n'.repeat(5_000));
    expect(answer.json).toMatchObject({ created: 0, rejectedTotal: 5_000 });
    expect(answer.json.rejected).toHaveLength(1_000);
  });
});

describe('a body', () => {
  const authorization = () => ({ authorization: `Bearer ${api.deps.keys.adminToken}` });

  it('of JSON is refused when it is too large, also when it only becomes so as it is unpacked', async () => {
    const headers = { ...authorization(), 'content-type': 'application/json' };
    const bomb = gzipSync(Buffer.concat([Buffer.from('{"name":"'), Buffer.alloc(60_000_000, 'x'), Buffer.from('"}')]));
    expect(bomb.length).toBeLessThan(100_000);
    const answer = await fetch(`${api.url}/api/proxies`, {
      method: 'POST',
      headers: { ...headers, 'content-encoding': 'gzip' },
      body: new Uint8Array(bomb),
    });
    expect(answer.status).toBe(413);
  });

  it.each(['/api/media', '/api/accounts/import'])('that never ends is cut where it is too large: %s', async (path) => {
    const before = await onDisk();
    const most = path === '/api/media' ? MAX_BYTES : 100 * 1024 ** 2;
    let largest = 0;
    const watch = setInterval(async () => {
      const { stat } = await import('node:fs/promises');
      for (const file of (await onDisk()).filter((one) => !before.includes(one))) {
        largest = Math.max(largest, (await stat(file).catch(() => ({ size: 0 }))).size);
      }
    }, 20);
    let sent = 0;
    const status = await new Promise<number>((resolve, reject) => {
      const headers = { ...authorization(), 'content-type': 'multipart/form-data; boundary=b' };
      const call = request(`${api.url}${path}`, { method: 'POST', headers }, (answer) => {
        resolve(answer.statusCode ?? 0);
        call.destroy();
      });
      call.on('error', reject);
      call.write('--b\r\ncontent-disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n');
      const chunk = Buffer.alloc(256 * 1024, 'a,b\n');
      const feed = () => {
        while (!call.destroyed && call.write(chunk)) sent += chunk.length;
        sent += chunk.length;
        if (!call.destroyed) call.once('drain', feed);
      };
      feed();
    });
    clearInterval(watch);
    expect(status).toBe(413);
    expect(sent).toBeGreaterThan(most);
    expect(largest).toBeLessThanOrEqual(most + 1);
    expect(await onDisk()).toEqual(before);
  });

  it.each(['/api/media', '/api/accounts/import', '/api/worker/evidence', '/api/worker/variants'])(
    'whose sender vanishes leaves nothing: %s',
    async (path) => {
      const before = await onDisk();
      const arrived = new Promise<void>((done) => {
        const look = setInterval(async () => {
          if ((await onDisk()).length === before.length) return;
          clearInterval(look);
          done();
        }, 20);
      });
      const headers = { ...authorization(), 'content-type': 'multipart/form-data; boundary=b' };
      const call = request(`${api.url}${path}`, { method: 'POST', headers }).on('error', () => undefined);
      call.write('--b\r\ncontent-disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n');
      call.write(Buffer.alloc(300_000, 'a'));
      await arrived;
      call.destroy();
      let left = await onDisk();
      for (let look = 0; look < 100 && left.length > before.length; look += 1) {
        await new Promise((done) => setTimeout(done, 50));
        left = await onDisk();
      }
      expect(left).toEqual(before);
    },
  );
});
