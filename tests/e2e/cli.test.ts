import { type ChildProcess, spawn } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderSampleVideos } from '../../activities/media/samples.ts';
import { refusedPort } from '../../activities/proxies/proxies.fixture.ts';
import { startReceiver } from '../../api/webhooks/test-receiver.ts';
import { type Bench, SAMPLES_FOLDER, startBench } from '../support/bench.ts';
import { until } from '../support/wait.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}
type Json = Record<string, unknown> & { items: Record<string, unknown>[]; totals: Record<string, number> };

describe('the command line', () => {
  let bench: Bench;
  let folder: string;
  let videos: string[];
  /** Of the accounts on the site. */
  const passwords = new Map<string, string>();

  /** The real program as a child process, beside a data folder as `npm start` leaves it. */
  function start(words: readonly string[], env: Record<string, string> = {}): ChildProcess {
    return spawn(process.execPath, [join(ROOT, 'cli', 'flotilla.mjs'), ...words], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        FLOTILLA_DATA: bench.stack.dataFolder,
        PORT: new URL(bench.stack.apiUrl).port,
        TZ: 'UTC',
        ...env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  async function run(words: readonly string[], env: Record<string, string> = {}, input = ''): Promise<Ended> {
    const child = start(words, env);
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]!.setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
      });
    }
    child.stdin!.end(input);
    const code = await new Promise<number | null>((done) => child.once('close', done));
    return { code, ...said };
  }

  async function json(words: readonly string[]): Promise<Json> {
    const { code, stdout, stderr } = await run([...words, '--json']);
    if (code !== 0) throw new Error(`flotilla ${words.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as Json;
  }

  beforeAll(async () => {
    bench = await startBench();
    folder = await mkdtemp(join(tmpdir(), 'flotilla-cli-'));
    const samples = await renderSampleVideos(SAMPLES_FOLDER, 2);
    videos = await Promise.all(
      samples.map(async ({ path }, place) => {
        await copyFile(path, join(folder, `video ${place}.mp4`));
        return `video ${place}.mp4`;
      }),
    );
    await copyFile(join(folder, videos[0]!), join(folder, 'the same.mp4'));
  }, 240_000);
  afterAll(async () => {
    await bench?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('imports accounts, says what is wrong with each line, and exports them again', async () => {
    const made = await bench.site.addAccounts({ count: 4, prefix: 'cli' });
    for (const { username, password } of made) passwords.set(username, password);
    const lines = made.map(({ username, password }) => `sandbox,${username},${password},crew`);
    await writeFile(join(folder, 'accounts.csv'), ['platform,username,password,tags', ...lines, ''].join('\n'));
    await writeFile(join(folder, 'wrong.csv'), 'platform,username,password\nnowhere,ada,secret\n');

    expect(await json(['accounts', 'import', 'accounts.csv', '--dry-run'])).toMatchObject({ created: 4 });
    expect((await json(['accounts', 'list'])).items).toEqual([]);
    expect(await json(['accounts', 'import', 'accounts.csv'])).toMatchObject({ created: 4, rejectedTotal: 0 });
    const wrong = await run(['accounts', 'import', 'wrong.csv']);
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toContain('Unknown platform');

    const { items } = await json(['accounts', 'list', '--tag', 'crew', '--limit', '3']);
    expect(items).toHaveLength(3);
    const shown = await run(['accounts', 'show', `sandbox/${made[0]!.username}`]);
    expect(shown.stdout).toMatch(/password\s+stored/);
    expect(shown.stdout).not.toContain(made[0]!.password);
    const exported = await run(['accounts', 'export', '--tag', 'crew']);
    expect(exported.stdout.trim().split('\r\n').slice(1)).toHaveLength(4);
    expect((await run(['accounts', 'export', '--output', 'out.csv'])).code).toBe(0);
    expect(await readFile(join(folder, 'out.csv'), 'utf8')).toBe(exported.stdout);
  });

  it('adds, edits, tags and deletes an account without ever taking a password as an option', async () => {
    const refused = await run(['accounts', 'add', 'sandbox', 'by-hand', '--email', 'a@example.com']);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--password-file <file>')]);
    const added = await run(
      ['accounts', 'add', 'sandbox', 'by-hand', '--password-file', '-', '--limit', 'posts=5', '--json'],
      {},
      'a secret\n',
    );
    expect(JSON.parse(added.stdout)).toMatchObject({ username: 'by-hand', dailyLimits: { posts: 5 } });
    const edited = await json(['accounts', 'edit', 'sandbox/by-hand', '--quiet-hours', '22:00-07:30']);
    expect(edited).toMatchObject({ quietHours: { from: '22:00', to: '07:30' }, hasPassword: true });
    await json(['accounts', 'tags', '--accounts', String(edited.id), '--add', 'spare']);
    expect((await json(['accounts', 'tags'])).items).toContainEqual({ tag: 'spare', count: 1 });
    expect((await run(['accounts', 'delete', 'sandbox/by-hand'])).code).toBe(2);
    expect(await json(['accounts', 'delete', 'sandbox/by-hand', '--yes'])).toMatchObject({ outcome: 'deleted' });
  });

  it('uploads files once, whatever they are called', async () => {
    const first = await json(['media', 'upload', videos[0]!, 'the same.mp4']);
    expect(first.items.map(({ uploaded }) => uploaded)).toEqual([true, true]);
    expect(new Set(first.items.map(({ id }) => id)).size).toBe(1);
    const again = await json(['media', 'upload', 'the same.mp4']);
    expect(again.items).toMatchObject([{ id: first.items[0]!.id, uploaded: false }]);
    expect((await json(['media', 'list'])).items).toHaveLength(1);
    const missing = await run(['media', 'upload', 'no such file.mp4']);
    expect([missing.code, missing.stderr]).toEqual([2, 'There is no file no such file.mp4.\n']);
    await writeFile(join(folder, 'text.mp4'), 'this is no video');
    expect((await run(['media', 'upload', 'text.mp4'])).code).toBe(1);
  });

  const ORDER = ['bulk', 'upload', '--accounts', 'tag:crew', '--caption', 'From {{username}}'];

  it('shows what would be done without sending or writing anything', async () => {
    const answer = await json([...ORDER, '--media', String((await json(['media', 'list'])).items[0]!.id), '--dry-run']);
    expect(answer).toMatchObject({ total: 4, refusedTotal: 0 });
    expect((await json(['bulk', 'list'])).items).toEqual([]);
    const wrong = await run([...ORDER, '--media', videos[1]!, '--per-account', '40']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('  --per-account: ')]);
    expect((await json(['media', 'list'])).items).toHaveLength(1);
  });

  it('runs a bulk upload from files to the end, and the site has what it says', async () => {
    const media = ['--media', ...videos];
    const done = await run([...ORDER, ...media, '--per-account', '2', '--window', '4', '--start', '--watch']);
    expect(done.stdout).toContain('completed');
    expect(done.stdout).toMatch(/accounts\s+4: 4 succeeded/);
    expect(done.stdout).not.toContain('\u001b[');
    expect(done.code).toBe(0);

    const { items: accounts } = await json(['accounts', 'list', '--tag', 'crew']);
    for (const { username, posts } of await bench.site.truth(accounts.map((one) => String(one.username)))) {
      expect(posts.map(({ caption }) => caption)).toEqual([`From ${username}`, `From ${username}`]);
    }
    const { items: tasks } = await json(['bulk', 'list', '--kind', 'upload']);
    const task = String(tasks[0]!.id);
    expect(await json(['bulk', 'show', task])).toMatchObject({
      state: 'completed',
      window: 4,
      aggregate: { window: 4 },
    });
    expect((await json(['bulk', 'accounts', task, '--state', 'succeeded'])).items).toHaveLength(4);
    expect((await run(['bulk', 'export', task])).stdout.trim().split('\r\n')).toHaveLength(5);
    expect((await run(['bulk', 'watch', task])).code).toBe(0);
    const late = await run(['bulk', 'pause', task]);
    expect([late.code, late.stderr.length > 0]).toEqual([1, true]);
  });

  it('follows a run as lines of JSON and ends with 3 when accounts failed', async () => {
    const [one] = (await json(['accounts', 'list', '--tag', 'crew', '--limit', '1'])).items;
    await bench.site.break({ fault: 'suspend', username: String(one!.username) });
    const words = ['bulk', 'login', '--force', '--accounts', 'tag:crew', '--watch', '--json'];
    const done = await run(words);
    const lines = done.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Json & { aggregate: Json });
    expect(lines[0]).toMatchObject({ type: 'created', total: 4 });
    expect(lines.filter(({ type, to }) => type === 'account-task' && to === 'failed')).toHaveLength(1);
    expect(lines.at(-1)).toMatchObject({
      type: 'end',
      exitCode: 3,
      aggregate: { state: 'completed_with_failures', totals: { succeeded: 3, failed: 1 } },
    });
    expect(done.code).toBe(3);
    const again = await run(['bulk', 'watch', `login/${String(lines[0]!.id)}`]);
    expect([again.code, again.stdout]).toEqual([3, expect.stringContaining('1 failed')]);
    await bench.site.restore(String(one!.username));
    await bench.site.break();
  });

  it('lets a run go on when the watching is stopped, and steers it', async () => {
    await bench.site.break({ fault: 'slow', ms: 4_000 });
    // One account is blocked by now.
    const words = ['bulk', 'login', '--force', '--accounts', 'tag:crew', '--window', '1'];
    const refused = await run([...words, '--start']);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('The account is blocked')]);
    const child = start([...words, '--skip-refused', '--watch']);
    let stdout = '';
    let stderr = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const closed = new Promise<number | null>((done) => child.once('close', done));
    await until(
      async () => stdout,
      (text) => text.includes('running'),
      { what: 'the run is shown', withinMs: 60_000 },
    );
    child.kill('SIGINT');
    expect(await closed).toBe(130);
    expect(stderr).toContain('The run goes on. To watch again: flotilla bulk watch ');
    const id = /bulk watch (\S+)/.exec(stderr)![1]!;

    expect(await json(['bulk', 'pause', id])).toMatchObject({ id, state: 'paused' });
    expect(await json(['bulk', 'resume', id])).toMatchObject({ state: 'running' });
    expect(await json(['bulk', 'pause', `login/${id}`])).toMatchObject({ state: 'paused' });
    // It stands still from here on, however long the commands take.
    expect(await json(['bulk', 'window', id, '7'])).toMatchObject({ window: 7 });
    expect((await run(['bulk', 'cancel', id])).code).toBe(2);
    expect((await run(['bulk', 'cancel', id, '--yes'])).code).toBe(0);
    expect((await run(['bulk', 'watch', id])).code).toBe(3);
    await bench.site.break();
  });

  it('lets the others follow the canary once it is approved', async () => {
    const words = ['bulk', 'login', '--force', '--accounts', 'tag:crew', '--skip-refused'];
    const many = await run([...words, '--canary', '9']);
    expect([many.code, many.stderr]).toEqual([1, expect.stringContaining('canary: Must be from 1 to 2, because 3 ')]);
    const planned = await run([...words, '--canary', '2', '--dry-run']);
    expect(planned.stdout).toContain('The first 2 would go first, the others after an approval.');

    const child = start([...words, '--canary', '1', '--watch']);
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]!.setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
      });
    }
    const closed = new Promise<number | null>((done) => child.once('close', done));
    await until(
      async () => said.stderr,
      (text) => text.includes('To go on: flotilla bulk approve '),
      { what: 'the canary waits', withinMs: 60_000 },
    );
    expect(said.stderr).toContain('The first account has ended; the others wait for approval.');
    const id = /bulk approve (\S+)/.exec(said.stderr)![1]!;
    expect((await run(['bulk', 'show', id])).stdout).toMatch(/canary\s+1, waiting/);
    const tasks = (await json(['bulk', 'accounts', id])).items.map(({ state }) => state).sort();
    expect([tasks[0] === 'pending' || tasks[0] === 'queued', tasks.at(-1)]).toEqual([true, 'succeeded']);

    expect((await run(['bulk', 'approve', id])).stdout).toBe('The task is running.\n');
    expect([await closed, said.stdout]).toEqual([0, expect.stringMatching(/3 succeeded/)]);
    expect(await json(['bulk', 'show', id])).toMatchObject({ canary: { size: 1, state: 'approved' } });
    const { items } = await json(['bulk', 'list', '--kind', 'upload']);
    const none = await run(['bulk', 'approve', String(items[0]!.id)]);
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('ordered without a canary')]);
  });

  it('tells another system, and says how that went', async () => {
    const receiver = await startReceiver();
    try {
      const wrong = await run(['webhooks', 'add', 'on call', receiver.url, '--event', 'run.begun']);
      expect(wrong.code).toBe(2);
      const unsafe = await run(['webhooks', 'add', 'on call', 'ftp://x.example']);
      expect([unsafe.code, unsafe.stderr]).toEqual([1, expect.stringContaining('url: Must be an address that begins')]);
      const added = await run(['webhooks', 'add', 'on call', receiver.url, '--event', 'host.lost', 'breaker.opened']);
      const id = /id\s+(\S+)/.exec(added.stdout)![1]!;
      const key = /key\s+(\S+)/.exec(added.stdout)![1]!;
      const list = await run(['webhooks', 'list']);
      expect(list.stdout).toMatch(/on call.*host\.lost breaker\.opened.*enabled/);
      expect(list.stdout).not.toContain(key);

      receiver.answers((response, nth) => response.writeHead(nth === 1 ? 500 : 204).end());
      expect((await run(['webhooks', 'test', id])).stdout).toContain(`flotilla webhooks deliveries ${id}`);
      const ended = (state: string) =>
        until(
          () => json(['webhooks', 'deliveries', id]),
          ({ items }) => items[0]?.state === state,
          { what: `the message is ${state}` },
        );
      const failed = (await ended('failed')).items[0]!;
      expect(failed).toMatchObject({ event: 'webhook.test', statusCode: 500, attempts: 1 });
      expect((await run(['webhooks', 'deliveries', id])).stdout).toMatch(/webhook\.test.*failed.*1 of 1.*500/);
      expect((await run(['webhooks', 'retry', id, String(failed.id)])).code).toBe(0);
      expect((await ended('delivered')).items).toHaveLength(1);
      expect(receiver.received.map((one) => one.verified(key).type)).toEqual(['webhook.test', 'webhook.test']);

      expect((await run(['webhooks', 'disable', id])).stdout).toBe('on call is disabled.\n');
      expect((await json(['webhooks', 'list'])).items).toMatchObject([{ id, enabled: false }]);
      expect(await json(['webhooks', 'enable', id])).toMatchObject({ id, enabled: true });
      expect((await run(['webhooks', 'delete', id])).stdout).toBe('It is deleted.\n');
      expect((await run(['webhooks', 'list'])).stdout).toBe('There is no webhook.\n');
      const gone = await run(['webhooks', 'test', id]);
      expect([gone.code, gone.stdout]).toEqual([1, '']);
    } finally {
      await receiver.close();
    }
  });

  it('looks at the system, its workers and its locks', async () => {
    const health = await run(['health']);
    expect([health.code, health.stdout]).toEqual([0, expect.stringMatching(/^ok\n/)]);
    expect((await json(['workers', 'list'])).items.map(({ role }) => role).sort()).toEqual(
      expect.arrayContaining(['browser', 'media', 'network', 'orchestrator']),
    );
    const lock = await json(['locks', 'acquire', 'report/weekly', '--owner', 'cron', '--ttl', '30']);
    const second = await run(['locks', 'acquire', 'report/weekly', '--owner', 'other']);
    expect([second.code, second.stderr]).toEqual([1, expect.stringContaining('held by cron')]);
    expect(await json(['locks', 'release', 'report/weekly', String(lock.fencingToken)])).toMatchObject({
      released: true,
    });
    for (const words of [
      ['locks', 'list'],
      ['inbox', 'list'],
      ['schedules', 'list'],
      ['proxies', 'list'],
      ['errors', 'list'],
    ]) {
      expect(Array.isArray((await json(words)).items)).toBe(true);
    }
    expect((await run(['open'])).stdout).toBe(`http://localhost:${new URL(bench.stack.apiUrl).port}\n`);
  });

  it('answers what waits for a person: with a code, as settled, or not at all', async () => {
    const { items: crew } = await json(['accounts', 'list', '--tag', 'crew']);
    const free = crew.filter(({ status }) => status !== 'blocked').map(({ username }) => String(username));
    const [coded, settled, skipped] = free as [string, string, string];
    await bench.site.break(...[coded, settled, skipped].map((username) => ({ fault: 'challenge' as const, username })));
    const words = ['bulk', 'login', '--force', '--accounts', 'tag:crew', '--skip-refused', '--start'];
    const task = String((await json(words)).id);
    const waiting = await until(
      () => json(['inbox', 'list']),
      ({ items }) => items.filter(({ taskId }) => taskId === task).length === 3,
      { what: 'three accounts wait' },
    );
    const entryOf = (name: string) => String(waiting.items.find(({ username }) => username === name)!.id);
    expect((await run(['inbox', 'list'])).stdout).toMatch(new RegExp(`${entryOf(coded)}.*${coded}.*email-code`));

    const both = await run(['inbox', 'answer', entryOf(coded), '--solved', '--code-file', '-']);
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('not both')]);
    expect((await run(['inbox', 'answer', entryOf(coded)])).code).toBe(2);
    const code = await bench.site.codeFor(coded);
    const given = await run(['inbox', 'answer', entryOf(coded), '--code-file', '-'], {}, `${code}\n`);
    expect([given.code, given.stdout]).toEqual([0, 'The entry is answered.\n']);
    expect(given.stdout + given.stderr).not.toContain(code);
    const late = await run(['inbox', 'answer', entryOf(coded), '--code-file', '-'], {}, '1\n');
    expect([late.code, late.stdout]).toEqual([1, '']);
    await bench.site.confirm({ username: settled, password: passwords.get(settled)! });
    expect(await json(['inbox', 'answer', entryOf(settled), '--solved'])).toMatchObject({ state: 'answered' });
    expect(await json(['inbox', 'skip', entryOf(skipped)])).toMatchObject({ state: 'skipped' });

    expect((await run(['bulk', 'watch', task])).stdout).toMatch(/[23] succeeded, 1 skipped/);
    const answered = await json(['inbox', 'list', '--state', 'answered']);
    expect(answered.items.filter(({ taskId }) => taskId === task)).toHaveLength(2);
    expect((await json(['inbox', 'list'])).items).toEqual([]);
    await bench.site.break();
  });

  it('checks proxies, and says what is wrong with one', async () => {
    const unused = await run(['proxies', 'check']);
    expect([unused.code, unused.stderr]).toEqual([
      1,
      'No account uses these proxies: a check goes through an account.\n',
    ]);
    const body = { name: 'gone', protocol: 'http', host: '127.0.0.1', port: await refusedPort() };
    const { id } = (await bench.send('POST', '/api/proxies', body)).body as { id: string };
    const account = ['accounts', 'add', 'sandbox', 'behind-a-proxy', '--proxy', id, '--password-file', '-'];
    expect((await run(account, {}, 'a secret\n')).code).toBe(0);

    const started = await json(['proxies', 'check', '--no-watch']);
    expect(started).toMatchObject({ kind: 'proxy-diag' });
    expect((await run(['bulk', 'watch', `proxy-diag/${String(started.id)}`])).code).toBe(3);
    const watched = await run(['proxies', 'check', id, '--repair']);
    expect([watched.code, watched.stdout]).toEqual([3, expect.stringContaining('flotilla proxies list')]);
    expect((await json(['proxies', 'list'])).items).toMatchObject([{ id, accounts: 1, status: 'failing' }]);
    expect((await run(['proxies', 'list'])).stdout).toMatch(/gone.*failing.*The connection was refused/);
    const none = await run(['proxies', 'check', '00000000-0000-4000-8000-000000000000']);
    expect(none.code).toBe(1);
  });

  it('pauses and resumes a schedule, and runs it at once', async () => {
    const { items: crew } = await json(['accounts', 'list', '--tag', 'crew']);
    const one = crew.find(({ status }) => status !== 'blocked');
    const order = { accounts: { ids: [one!.id] }, params: {}, skipRefused: true };
    const body = {
      name: 'nightly',
      kind: 'login',
      timeZone: 'UTC',
      overlap: 'skip',
      spec: { cron: '0 3 * * *' },
      order,
    };
    const { id } = (await bench.send('POST', '/api/schedules', body)).body as { id: string };
    expect((await run(['schedules', 'pause', id])).stdout).toBe('It is paused.\n');
    expect((await json(['schedules', 'list'])).items).toMatchObject([{ id, state: 'paused', nextRunAt: null }]);
    expect(await json(['schedules', 'resume', id])).toMatchObject({ state: 'active' });
    expect((await run(['schedules', 'list'])).stdout).toMatch(/nightly.*03:00.*active/);
    expect((await run(['schedules', 'run', id])).stdout).toBe('The run begins.\n');
    const list = await until(
      () => json(['schedules', 'list']),
      ({ items }) => items[0]?.lastRunAt !== null,
      { what: 'the schedule has run' },
    );
    expect(list.items[0]).toMatchObject({ lastError: null });
    const gone = await run(['schedules', 'pause', '00000000-0000-4000-8000-000000000000']);
    expect([gone.code, gone.stdout]).toEqual([1, '']);
  });

  it('restarts a worker, which comes back as another process under the same id', async () => {
    const { items } = await json(['workers', 'list']);
    const worker = items.find(({ role }) => role === 'media')!;
    const name = `${String(worker.name)}/media`;
    const before = await json(['workers', 'show', name]);
    expect((await run(['workers', 'show', String(worker.name)])).stderr).toContain('runs several roles');
    const told = await run(['workers', 'restart', name]);
    expect([told.code, told.stdout]).toEqual([0, `${name} is told at its next heartbeat.\n`]);
    const after = await until(
      () => json(['workers', 'show', name]),
      ({ pid, state }) => pid !== before.pid && state === 'ready',
      { what: 'the worker is back', withinMs: 90_000 },
    );
    expect(after.id).toBe(before.id);
    expect((await run(['workers', 'restart', 'nobody'])).code).toBe(1);
  });

  it('says what is wrong in a sentence and by its exit code', async () => {
    const refused = await run(['bulk', 'list'], { FLOTILLA_TOKEN: 'not-a-token' });
    expect([refused.code, refused.stdout]).toEqual([5, '']);
    expect(refused.stderr).toContain('The token from FLOTILLA_TOKEN was refused.');
    const down = await run(['bulk', 'list', '--api', 'http://127.0.0.1:9', '--token', 'x']);
    expect([down.code, down.stderr]).toEqual([4, expect.stringContaining('No answer from http://127.0.0.1:9')]);
    const unknown = await run(['bulk', 'list', '--json', '--limit', 'many']);
    expect([unknown.code, unknown.stdout]).toEqual([2, '']);
    const none = await run(['bulk', 'show', '00000000-0000-4000-8000-000000000000', '--json']);
    expect([none.code, none.stdout]).toEqual([1, '']);
    expect(JSON.parse(none.stderr)).toMatchObject({ error: { message: expect.stringContaining('no bulk task') } });
    const field = await run([
      'bulk',
      'follow',
      '--accounts',
      'tag:nobody',
      '--category',
      '00000000-0000-4000-8000-000000000000',
    ]);
    expect(field.code).toBe(2);
  });

  it('completes kinds, options and choices', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { code, stdout } = await run(['completion', shell]);
      expect([code, stdout]).toEqual([0, expect.stringContaining('flotilla complete --')]);
    }
    expect((await run(['complete', '--', 'bulk', 'med'])).stdout).toMatch(/^media-uniq\t/);
    expect((await run(['complete', '--', 'bulk', 'upload', '--assign', ''])).stdout).toMatch(/^round-robin/);
  });
});
