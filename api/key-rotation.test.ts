import { fork } from 'node:child_process';
import { readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keyStatus, pruneKeys, RotationError, rotateKeys } from './key-rotation.ts';
import { checkLink, signLink } from './media-links.ts';
import {
  openAccountLogin,
  openAnswer,
  openChallengeAnswer,
  openProxyPassword,
  openStorageState,
  openWebhookKey,
  SEALED_COLUMNS,
  sealAccountLogin,
  sealAnswer,
  sealChallengeAnswer,
  sealProxyPassword,
  sealStorageState,
  sealWebhookKey,
} from './secrets.ts';
import { startTestApi, type TestApi } from './testing.ts';

const ACCOUNTS = 450;
let api: TestApi;
let databaseUrl: string;
beforeAll(async () => {
  api = await startTestApi({ routes: [] });
  databaseUrl = api.deps.env.DATABASE_URL ?? '';
});
afterAll(() => api.stop());

const keyFile = (name: string) => join(api.dataFolder, 'keys', name);
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

async function fill() {
  const { db, sealer } = api.deps;
  await db.account.createMany({
    data: Array.from({ length: ACCOUNTS }, (_, n) => ({
      id: uuid(n),
      platform: 'sandbox',
      username: `u${n}`,
      secret: sealAccountLogin(sealer, uuid(n), { password: `pass ${n}`, totpSecret: null }),
      session: sealStorageState(sealer, uuid(n), { cookies: [n] }),
    })),
  });
  const proxy = { id: uuid(1), name: 'p', protocol: 'http', host: 'h', port: 1 };
  await db.proxy.create({ data: { ...proxy, secret: sealProxyPassword(sealer, proxy.id, 'pp') } });
  const challenge = {
    id: uuid(2),
    accountTaskId: uuid(1),
    accountId: uuid(1),
    taskId: uuid(1),
    type: 't',
    message: 'm',
  };
  await db.challenge.create({ data: { ...challenge, answer: sealChallengeAnswer(sealer, challenge.id, '123456') } });
  const webhook = { id: uuid(3), name: 'w', url: 'https://example.com', events: [] };
  await db.webhook.create({ data: { ...webhook, secret: sealWebhookKey(sealer, webhook.id, 'wk') } });
  const answer = { actorId: 'a', operationId: 'o', key: 'k' };
  await db.idempotentAnswer.create({
    data: { ...answer, requestHash: 'h', body: sealAnswer(sealer, answer, { t: 1 }) },
  });
}

const REST = 4;
const ALL = 2 * ACCOUNTS + REST;

/** Everything is opened as the running API opens it. */
async function expectAllOpen(sessionOf: (n: number) => unknown = (n) => ({ cookies: [n] })) {
  const { db, sealer } = api.deps;
  for (const [n, row] of (await db.account.findMany({ orderBy: { id: 'asc' } })).entries()) {
    expect(openAccountLogin(sealer, row.id, row.secret!).password).toBe(`pass ${n}`);
    expect(openStorageState(sealer, row.id, row.session!)).toEqual(sessionOf(n));
  }
  expect(openProxyPassword(sealer, uuid(1), (await db.proxy.findFirstOrThrow()).secret!)).toBe('pp');
  expect(openChallengeAnswer(sealer, uuid(2), (await db.challenge.findFirstOrThrow()).answer!)).toBe('123456');
  expect(openWebhookKey(sealer, uuid(3), (await db.webhook.findFirstOrThrow()).secret)).toBe('wk');
  const answer = await db.idempotentAnswer.findFirstOrThrow();
  expect(openAnswer(sealer, answer, answer.body!)).toEqual({ t: 1 });
}

describe('the list of sealed columns', () => {
  it('names every column of bytes in the schema', async () => {
    const rows = await api.deps.db.$queryRawUnsafe<{ name: string }[]>(
      `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
       WHERE table_schema = 'public' AND data_type = 'bytea' ORDER BY 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual(SEALED_COLUMNS.map((c) => `${c.table}.${c.column}`).sort());
  });
});

describe('a rotation of the sealing key', () => {
  beforeAll(fill);

  it('killed in the middle leaves everything readable, and is carried on with the same key', async () => {
    const first = await readFile(keyFile('secret-key'), 'utf8');
    const child = fork(join(import.meta.dirname, 'key-rotation.fixture.ts'), {
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, DATABASE_URL: databaseUrl, FLOTILLA_DATA: api.dataFolder, FLOTILLA_SECRET_KEY: '' },
      stdio: 'ignore',
    });
    await new Promise((done, fail) => {
      child.once('message', done);
      child.once('error', fail);
      child.once('exit', () => fail(new Error('the rotation ended before it could be killed')));
    });
    child.kill('SIGKILL');
    await new Promise((done) => child.once('close', done));

    const second = await readFile(keyFile('secret-key'), 'utf8');
    expect(second).not.toBe(first);
    const half = await keyStatus(api.deps.env, databaseUrl);
    expect(half.old).toBeGreaterThan(0);
    expect(half.old).toBeLessThan(ALL);
    await expectAllOpen();
    await expect(pruneKeys(api.deps.env, databaseUrl, Date.now() + 3_600_000)).rejects.toThrow(
      /still sealed under an old key/,
    );

    const outcome = await rotateKeys(api.deps.env, databaseUrl);
    expect(outcome).toMatchObject({ madeKey: false, resealed: half.old, old: 0, lost: 0 });
    expect(await readFile(keyFile('secret-key'), 'utf8')).toBe(second);
    await expectAllOpen();
  });

  it('keeps the session that a host saves in the middle, and seals it under the new key at once', async () => {
    const { db, sealer } = api.deps;
    let saved = false;
    const outcome = await rotateKeys(api.deps.env, databaseUrl, {
      async onBatch() {
        if (saved) return;
        saved = true;
        const session = sealStorageState(sealer, uuid(ACCOUNTS - 1), { cookies: ['new'] });
        await db.account.update({ where: { id: uuid(ACCOUNTS - 1) }, data: { session } });
      },
    });
    expect(outcome).toMatchObject({ madeKey: true, old: 0, lost: 0 });
    await expectAllOpen((n) => ({ cookies: [n === ACCOUNTS - 1 ? 'new' : n] }));
  });

  it('leaves links to media that were handed out before it alive', async () => {
    const link = new URL(signLink(uuid(1), api.deps).url).searchParams;
    const given = { expires: Number(link.get('expires')), signature: link.get('signature') ?? '' };
    await rotateKeys(api.deps.env, databaseUrl);
    expect(() => checkLink(uuid(1), given, api.deps)).not.toThrow();
    expect(() => checkLink(uuid(2), given, api.deps)).toThrow(/signature/);
  });

  it('drops the old keys once nothing needs them, and not right after a rotation', async () => {
    await expect(pruneKeys(api.deps.env, databaseUrl)).rejects.toThrow(/less than 10 minutes ago/);
    const past = new Date(Date.now() - 3_600_000);
    await utimes(keyFile('old-secret-keys'), past, past);
    expect(await pruneKeys(api.deps.env, databaseUrl)).toBeGreaterThan(0);
    expect(await readFile(keyFile('old-secret-keys'), 'utf8')).toBe('');
    expect(await keyStatus(api.deps.env, databaseUrl)).toMatchObject({ old: 0, lost: 0, oldKeys: 0 });
  });

  it('says what to do when the key comes from the environment, and seals under it once it is changed there', async () => {
    const fileKey = (await readFile(keyFile('secret-key'), 'utf8')).trim();
    const same = { ...api.deps.env, FLOTILLA_SECRET_KEY: fileKey };
    await expect(rotateKeys(same, databaseUrl)).rejects.toThrow(RotationError);
    await expect(rotateKeys(same, databaseUrl)).rejects.toThrow(/FLOTILLA_SECRET_KEY.*old-secret-keys/);
    await writeFile(keyFile('old-secret-keys'), `${fileKey}\n`);
    const changed = { ...api.deps.env, FLOTILLA_SECRET_KEY: 'a quite different phrase' };
    expect(await rotateKeys(changed, databaseUrl)).toMatchObject({ madeKey: false, resealed: ALL, old: 0, lost: 0 });
  });
});
