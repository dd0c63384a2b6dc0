import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openAccountLogin } from './secrets.ts';
import type { TestApi } from './testing.ts';
import { startTestApi } from './testing.ts';

describe('importing accounts', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(async () => {
    await api?.stop();
  });
  afterEach(async () => {
    expect(await readdir(join(api.dataFolder, 'tmp'))).toEqual([]);
    await api.deps.db.account.deleteMany();
  });

  async function send(content: string | Uint8Array<ArrayBuffer>, query = '') {
    const form = new FormData();
    form.set('file', new Blob([content]), 'accounts.csv');
    return await api.call(`/api/accounts/import${query}`, { body: form });
  }
  const csv = (...lines: string[]) => `${lines.join('\n')}\n`;
  const find = (username: string) =>
    api.deps.db.account.findUniqueOrThrow({ where: { platform_username: { platform: 'sandbox', username } } });
  const login = async (username: string) => {
    const row = await find(username);
    return openAccountLogin(api.deps.sealer, row.id, row.secret ?? new Uint8Array());
  };

  it('adds what is valid and lists the rest by line and field', async () => {
    const { status, json, text } = await send(
      csv(
        'platform,username,password,totpSecret,tags,timeZone,dailyLimits.posts',
        'sandbox,ada,"se,cr""et",JBSWY3DPEHPK3PXP,a; b,Europe/Berlin,5',
        'myspace,tom,secret,,,,',
        'sandbox,"bob',
        'line",secret,,,,',
        'sandbox,eve,secret,,,,many',
        'sandbox,ada,secret,,,,',
        'sandbox,short',
        'sandbox,nopass,,,,,',
        'sandbox,zoe,secret,,,,',
      ),
    );
    expect(status).toBe(200);
    expect(json).toMatchObject({ created: 2, updated: 0, rejectedTotal: 6, dryRun: false });
    const rejected = json.rejected as unknown as { line: number; field: string }[];
    expect(rejected.map(({ line, field }) => [line, field])).toEqual([
      [3, 'platform'],
      [4, 'username'],
      [6, 'dailyLimits.posts'],
      [7, 'username'],
      [8, ''],
      [9, 'password'],
    ]);
    expect(await login('ada')).toEqual({ password: 'se,cr"et', totpSecret: 'JBSWY3DPEHPK3PXP' });
    expect(await find('ada')).toMatchObject({ tags: ['a', 'b'], timeZone: 'Europe/Berlin', dailyLimits: { posts: 5 } });
    expect(text).not.toContain('JBSWY3DPEHPK3PXP');
  });

  it('writes nothing on a dry run, and says the same', async () => {
    const file = csv('platform,username,password', 'sandbox,ada,secret', 'sandbox,,secret');
    const dry = await send(file, '?dryRun=true');
    expect(dry.json).toMatchObject({ created: 1, updated: 0, rejectedTotal: 1, dryRun: true });
    expect(await api.deps.db.account.count()).toBe(0);
    expect((await send(file)).json).toEqual({ ...dry.json, dryRun: false });
    expect((await send(file, '?dryRun=true')).json).toMatchObject({ created: 0, updated: 1 });
  });

  it('changes only the given columns of an account that is there', async () => {
    await send(
      csv('platform,username,password,email,tags,totpSecret', 'sandbox,ada,secret,a@example.com,x,JBSWY3DPEHPK3PXP'),
    );
    await api.deps.db.account.updateMany({ data: { sessionAt: new Date(), status: 'active' } });
    expect((await send(csv('platform,username,notes,tags', 'sandbox,ada,hello,'))).json).toMatchObject({ updated: 1 });
    expect(await find('ada')).toMatchObject({ email: 'a@example.com', tags: ['x'], notes: 'hello', status: 'active' });
    await send(csv('platform,username,password', 'sandbox,ada,secret'));
    expect((await find('ada')).sessionAt).not.toBeNull();
    await api.deps.db.account.updateMany({ data: { status: 'bad_credentials' } });
    await send(csv('platform,username,password', 'sandbox,ada,other'));
    expect(await find('ada')).toMatchObject({ status: 'new', sessionAt: null });
    expect(await login('ada')).toEqual({ password: 'other', totpSecret: 'JBSWY3DPEHPK3PXP' });
  });

  it('accepts a byte order mark, Windows line ends and a missing last line end', async () => {
    const { json } = await send(
      '\uFEFFplatform,username,password\r\n\r\nsandbox,ada,secret\r\nsandbox,,x\r\nsandbox,bob,secret',
    );
    expect(json).toMatchObject({ created: 2, rejected: [{ line: 4, field: 'username' }] });
  });

  it.each([
    ['a missing column', csv('username,password', 'ada,secret'), 'platform'],
    ['a missing password column with new accounts', csv('platform,username', 'sandbox,ada'), 'password'],
    ['an unknown column', csv('platform,username,password,shoeSize', 'sandbox,ada,secret,43'), 'shoeSize'],
    ['a column twice', csv('platform,username,password,username', 'sandbox,ada,secret,ada'), 'username'],
    ['broken quotes', csv('platform,username,password', 'sandbox,ada,secret', 'sandbox,"bob"x,secret'), 'line 3'],
    [
      'bytes that are not UTF-8',
      Buffer.from(csv('platform,username,password', 'sandbox,ada,secret', 'sandbox,jos\xe9,x'), 'latin1'),
      'line 3',
    ],
  ])('writes nothing of a file with %s, and names it', async (_what, file, path) => {
    const { status, json } = await send(typeof file === 'string' ? file : new Uint8Array(file));
    expect(status).toBe(400);
    expect(json.errors).toEqual([expect.objectContaining({ path })]);
    expect(await api.deps.db.account.count()).toBe(0);
  });

  it('refuses an empty file, no file, and what is no form', async () => {
    expect((await send('')).status).toBe(400);
    const empty = new FormData();
    empty.set('other', 'text');
    const { status, json } = await api.call('/api/accounts/import', { body: empty });
    expect([status, json.errors]).toEqual([400, [expect.objectContaining({ path: 'file' })]]);
    expect((await api.call('/api/accounts/import', { body: { file: 'x' } })).status).toBe(415);
  });

  it('takes many lines in bounded batches and lists at most a thousand rejections', async () => {
    const good = Array.from({ length: 3_500 }, (_, n) => `sandbox,user-${n},secret`);
    const bad = Array.from({ length: 1_200 }, (_, n) => `nowhere,user-${n},secret`);
    const { json } = await send(csv('platform,username,password', ...good, ...bad));
    expect(json).toMatchObject({ created: 3_500, rejectedTotal: 1_200 });
    expect(json.rejected).toHaveLength(1_000);
    expect(await api.deps.db.account.count()).toBe(3_500);
  });
});
