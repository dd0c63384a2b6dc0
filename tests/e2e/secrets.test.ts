import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { accountSecretSchema } from '../../contracts/worker-api.ts';
import { type Bench, startBench, type TestAccount } from '../support/bench.ts';
import { answerEntry, entryOf } from '../support/inbox.ts';
import { createSearch, formsOf } from '../support/needles.ts';
import { accountTaskDetails, accountTasksOf, runKind, untilEnded } from '../support/tasks.ts';
import { until } from '../support/wait.ts';
import {
  type Ids,
  idsOf,
  lookAtAnswers,
  lookAtFiles,
  lookAtHistories,
  lookAtTables,
  watchEvents,
  watchProcesses,
} from './secrets-places.ts';
import {
  CORE,
  MARKER,
  type Outside,
  PLAIN,
  type Planted,
  plainSecretOf,
  plant,
  plantNames,
  startOutside,
} from './secrets-plant.ts';

jest.setTimeout(240_000);

const search = createSearch(MARKER);
let folder: string;
let outside: Outside;
let bench: Bench;
let planted: Planted;
let tasks: string[];
/** All that the event stream told. */
let told: string;
let ids: Ids;
/** One-time codes that were typed: six digits, which stand everywhere by chance. */
let typedCodes: string[];

const sandboxRoles = ['ok', 'expired', 'moved', 'asked', 'left', 'guarded', 'wrong', 'unproxied'] as const;

/** All account tasks fail or wait at once in the worst case: the run goes on nevertheless. */
const pace = { breaker: { share: 1, among: 100 } };
const order = (kind: string, accounts: readonly TestAccount[], params: Record<string, unknown>) =>
  runKind(bench, kind, { accounts, params, pace, name: `${MARKER} ${kind}` });

/** What a host may read of an account, with the tokens of the session that is stored. */
async function secretOf(account: TestAccount): Promise<string> {
  const lock = { resource: `account/${account.id}`, owner: 'test', ttlMs: 10_000 };
  const { fencingToken } = await bench.call('POST', '/api/locks/acquire', z.object({ fencingToken: z.string() }), lock);
  const answer = await fetch(`${bench.stack.apiUrl}/api/worker/accounts/${account.id}/secret`, {
    method: 'POST',
    headers: { authorization: `Bearer ${planted.workerToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ fencingToken }),
  });
  await bench.send('POST', '/api/locks/release', { resource: lock.resource, fencingToken });
  return JSON.stringify(accountSecretSchema.parse(await answer.json()));
}

/** Tokens in a stored session, whatever its form. */
function tokensIn(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return /^value$|jwt|token/i.test(key) && value.length >= 16 ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => tokensIn(inner, name));
}

async function runEverything(): Promise<void> {
  const { accounts } = planted;
  const [video] = await bench.addVideos(1);
  const of = (...roles: (keyof typeof accounts)[]) => roles.map((role) => accounts[role]);
  const codes = { asked: plainSecretOf('mailed'), left: plainSecretOf('mailed-in-vain') };
  await bench.site.break(
    { fault: 'challenge', username: accounts.asked.username, code: codes.asked },
    { fault: 'challenge', username: accounts.left.username, code: codes.left },
  );
  const login = await order('login', [...of(...sandboxRoles), ...of('over-api', 'refused-over-api')], {});
  const asked = await entryOf(bench, login, accounts.asked.username);
  await answerEntry(bench, asked, { action: 'code', code: plainSecretOf('mistyped-code') });
  const again = await entryOf(bench, login, accounts.asked.username, asked.id);
  await answerEntry(bench, again, { action: 'code', code: codes.asked });
  await answerEntry(bench, await entryOf(bench, login, accounts.left.username), { action: 'skip' });
  await untilEnded(bench, login, 180_000);

  await bench.site.break(
    { fault: 'expire-session', username: accounts.expired.username, count: 1 },
    { fault: 'move-buttons', username: accounts.moved.username },
  );
  const params = { mediaIds: [video!.id], captions: [`From ${MARKER}, {{username}}`] };
  const upload = await order('upload', of('ok', 'expired', 'moved', 'guarded', 'over-api'), params);
  await untilEnded(bench, upload, 180_000);
  tasks = [login, upload];
}

beforeAll(async () => {
  outside = await startOutside();
  folder = await mkdtemp(join(tmpdir(), `flotilla-${MARKER}-`));
  await chmod(folder, 0o711);
  const stopWatching = watchProcesses(search);
  bench = await startBench({
    dataFolder: folder,
    env: {
      ...{ FLOTILLA_ADMIN_TOKEN: PLAIN.adminToken, FLOTILLA_WORKER_TOKEN: PLAIN.workerToken },
      ...{ FLOTILLA_LOG_LEVEL: 'debug', FLOTILLA_HOST_NAME: `${MARKER}-host`, ATPROTO_URL: outside.network.url },
    },
  });
  const stopListening = await watchEvents(bench);
  planted = await plant(bench, outside, search, (name, answer) =>
    search.look('refusals', name, JSON.stringify(answer)),
  );
  const names = await plantNames(bench, planted.accounts.ok.id);
  await runEverything();
  told = await stopListening();
  await search.look('events', 'event stream', told);
  await stopWatching();

  typedCodes = [...outside.tap.caught].filter((value) => /^\d{6}$/.test(value));
  for (const value of outside.tap.caught) {
    if (!/^\d+$/.test(value) && !value.includes(CORE)) search.add(`handed out by the site: ${value}`, value);
  }
  for (const account of [planted.accounts.ok, planted.accounts['over-api']]) {
    const secret = await secretOf(account);
    for (const token of tokensIn(JSON.parse(secret))) search.add(`token of ${account.username}`, token);
  }
  const [login = '', upload = ''] = tasks;
  const taskAddresses = { [`login/${login}`]: login, [`upload/${upload}`]: upload };
  const details = (await Promise.all(tasks.map((id) => accountTaskDetails(bench, id)))).flat();
  const media = await bench.call(
    'GET',
    '/api/media',
    z.object({ items: z.array(z.object({ id: z.uuid(), sha256: z.string() })) }),
  );
  const nothing = '00000000-0000-4000-8000-000000000000';
  ids = {
    '/api/accounts': Object.values(planted.accounts).map(({ id }) => id),
    '/api/proxies': await idsOf(bench, '/api/proxies'),
    '/api/follow-categories': [names.categoryId],
    '/api/schedules': [names.scheduleId],
    '/api/media': media.items.map(({ id }) => id),
    ...Object.fromEntries(media.items.map(({ id }) => [`/api/media/${id}/variants`, [nothing]])),
    '/api/media/uploads': [nothing],
    '/api/media/by-hash': media.items.map(({ sha256 }) => sha256),
    '/api/bulk': ['login', 'upload'],
    '/api/bulk/login': [login],
    '/api/bulk/upload': [upload],
    ...Object.fromEntries(
      await Promise.all(
        Object.entries(taskAddresses).map(async ([address, id]) => [
          `/api/bulk/${address}/accounts`,
          (await accountTasksOf(bench, id)).map((item) => item.id),
        ]),
      ),
    ),
    '/api/evidence': details.flatMap(({ evidence }) => evidence.map(({ id }) => id)),
    '/api/webhooks': await idsOf(bench, '/api/webhooks'),
    '/api/workers': await idsOf(bench, '/api/workers'),
    '/api/worker/media': media.items.map(({ id }) => id),
    '/api/worker/account-tasks': details.map(({ id }) => id),
  };
});
afterAll(async () => {
  await bench?.stop();
  await outside?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** No secret in this place, and the search reaches it: it found what is no secret there. */
function expectClean(place: string, markedAtLeast = 1): void {
  expect(search.leaksIn(place)).toEqual([]);
  expect(search.marked(place).length).toBeGreaterThanOrEqual(markedAtLeast);
}

describe('the search', () => {
  it.each(formsOf(`${CORE}"&é`))('finds a secret that is written as %s', async (form) => {
    const own = createSearch(MARKER);
    own.add('planted', `${CORE}"&é`);
    await own.look('here', 'file', `before${form}behind`);
    expect(own.leaksIn('here')).toHaveLength(1);
    await own.look('there', 'file', `before${form.slice(2)}`);
    expect(own.leaksIn('there')).toEqual([]);
  });

  it('finds what a host is given, which is what was planted and what the site handed out', async () => {
    for (const [role, account] of Object.entries(planted.accounts)) {
      await search.look(`given/${role}`, 'answer', await secretOf(account));
      expect(search.leaksIn(`given/${role}`).length).toBeGreaterThanOrEqual(['ok', 'over-api'].includes(role) ? 2 : 1);
    }
    expect(search.labels.filter((label) => label.startsWith('handed out')).length).toBeGreaterThanOrEqual(6);
    expect(typedCodes.length).toBeGreaterThan(0);
  });
});

describe('secrets that came in and were used', () => {
  it('went through success, refusal, a challenge, an expired session, a changed page and a failing proxy', async () => {
    const [logins = [], uploads = []] = await Promise.all(tasks.map((id) => accountTaskDetails(bench, id)));
    const ends = (details: typeof logins) =>
      Object.fromEntries(details.map(({ username, state, error }) => [username, error?.type ?? state]));
    const { accounts } = planted;
    expect(ends(logins)).toEqual({
      ...Object.fromEntries(Object.values(accounts).map(({ username }) => [username, 'succeeded'])),
      [accounts.left.username]: 'skipped',
      [accounts.wrong.username]: 'InvalidCredentials',
      [accounts.unproxied.username]: 'ProxyFailed',
      [accounts['refused-over-api'].username]: 'InvalidCredentials',
    });
    expect(ends(uploads)).toMatchObject({
      [accounts.ok.username]: 'succeeded',
      [accounts.expired.username]: 'succeeded',
      [accounts.moved.username]: 'PageChanged',
      [accounts['over-api'].username]: 'succeeded',
    });
    const evidence = [...logins, ...uploads].flatMap((task) =>
      task.evidence.map(({ kind, step }) => `${kind} ${step}`),
    );
    expect(new Set(evidence).size).toBeGreaterThanOrEqual(4);
  });

  it('stand in no history, memo, search attribute or failure of Temporal, nor in its database', async () => {
    await lookAtHistories(bench, search);
    await lookAtFiles(bench, search, 'temporal files', 'temporal');
    expectClean('histories', 10);
    expectClean('workflows', 2);
    expectClean('temporal files');
  });

  it('stand in no log, of whatever part', async () => {
    await lookAtFiles(bench, search, 'logs', 'logs');
    expectClean('logs', 2);
  });

  it('stand in no screenshot, page or trace that was kept, unpacked or not', async () => {
    await lookAtFiles(bench, search, 'evidence', 'evidence');
    expectClean('evidence', 4);
    const codes = createSearch(MARKER);
    // A bare number of six digits may be part of a time.
    for (const text of typedCodes.flatMap((code) => [`"${code}"`, `code=${code}`, `>${code}<`])) codes.add(text, text);
    await lookAtFiles(bench, codes, 'evidence', 'evidence');
    expect(codes.leaksIn('evidence')).toEqual([]);
  });

  it('are sealed in the database, and nothing but what is sealed holds them', async () => {
    const sealed = await lookAtTables(bench, search);
    expectClean('tables');
    expect(search.marked('tables')).toEqual(
      expect.arrayContaining([
        ...['Account', 'AccountTask', 'ApiToken', 'AuditEvent', 'BulkTask', 'FollowCategory', 'FollowTarget'],
        ...['IdempotentAnswer', 'PostIntent', 'Proxy', 'SavedView', 'Schedule', 'User', 'WebSession', 'WorkerToken'],
      ]),
    );
    expect([...sealed.keys()].sort()).toEqual([
      ...['Account.secret', 'Account.session', 'Challenge.answer', 'IdempotentAnswer.body', 'Proxy.secret'],
      'Webhook.secret',
    ]);
    for (const column of ['Account.secret', 'Account.session', 'IdempotentAnswer.body', 'Proxy.secret']) {
      expect(sealed.get(column)!.length).toBeGreaterThan(0);
    }
    const ciphers = [...sealed.values()].flat();
    // Version, key id: see api/seal.ts. All were sealed under the one key.
    expect(new Set(ciphers.map((bytes) => bytes.subarray(0, 9).toString('hex'))).size).toBe(1);
    expect(sealed.get('Challenge.answer')).toEqual([]);
    await lookAtFiles(bench, search, 'database files', 'postgres');
    expectClean('database files');
  });

  it('stand in no answer of the API to an admin, exports and metrics among them', async () => {
    const refused = await lookAtAnswers(bench, search, ids, planted.cookie);
    expectClean('answers', 25);
    expect(search.marked('answers')).toEqual(
      expect.arrayContaining([
        ...['/api/accounts/export', '/api/audit', '/api/proxies', '/api/schedules', '/api/tokens', '/api/users'],
        ...['/api/bulk', '/api/inbox?state=answered', `/api/bulk/login/${tasks[0]}/accounts/export`],
      ]),
    );
    // No variant was made, and no upload is under way.
    expect(refused.filter((line) => !/^404 .*\/(variants|uploads)\//.test(line))).toEqual([]);
  });

  it('stand in no refusal, not even of what was typed into the wrong field', () => expectClean('refusals'));

  it('went over no event stream', () => {
    for (const id of tasks) expect(told).toContain(id);
    expect(search.leaksIn('events')).toEqual([]);
  });

  it('were no argument of a process', () => expectClean('processes', 3));

  it('are in none of the folders of hosts, and nowhere else on the disk but under keys', async () => {
    const recordings = async () =>
      (await readdir(folder, { recursive: true })).filter((name) => /traces\/.*\./.test(name));
    // The last session closes a moment after its task has ended.
    await until(recordings, (names) => names.length === 0, { what: 'recordings of ended sessions are gone' });
    await lookAtFiles(bench, search, 'hosts', 'hosts');
    expectClean('hosts');
    // The sandbox site is the world outside; it keeps its own.
    await lookAtFiles(bench, search, 'disk', '', [
      'keys',
      'sandbox',
      'postgres',
      'temporal',
      'evidence',
      'logs',
      'hosts',
    ]);
    expectClean('disk');
  });
});
