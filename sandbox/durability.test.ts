import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { film, newSite, newVisitor, PHOTO, type Truth } from './testing.ts';

type Site = Awaited<ReturnType<typeof newSite>>;

async function live(site: Site) {
  await site.accounts('anna', 'ben');
  const anna = await site.loggedIn('anna');
  await anna.upload('/upload', film(), { caption: 'stays', mentions: 'ben' });
  await anna.upload('/clips/upload', film(), { caption: 'stays too' });
  await anna.post('/u/ben/follow', {});
  await anna.post('/settings/profile', { bio: 'still here' });
  await anna.savePhoto(PHOTO);
  await anna.logIn('anna', 'wrong');
  return anna;
}

test('a restart changes nothing: the same truth, also after a torn last line', async () => {
  const first = await newSite();
  await live(first);
  const before = await first.control('truth');
  await first.close();

  const second = await newSite({ dataFolder: first.dataFolder });
  expect(await second.control('truth')).toEqual(before);
  await second.close();

  await appendFile(join(first.dataFolder, 'journal.jsonl'), '{"type":"bioSet","username":"anna","bi');
  const third = await newSite({ dataFolder: first.dataFolder });
  expect(await third.control('truth')).toEqual(before);
  await third.accounts('carl');
  await third.close();

  const fourth = await newSite({ dataFolder: first.dataFolder });
  expect((await fourth.summary()).accounts).toBe(3);
  await fourth.closeAndForget();
});

test('a journal that is damaged in the middle is refused, with the line named', async () => {
  const site = await newSite();
  await site.close();
  await appendFile(join(site.dataFolder, 'journal.jsonl'), 'garbage\n{}\n');
  await expect(newSite({ dataFolder: site.dataFolder })).rejects.toThrow('Line 1 of the journal');
  await rm(site.dataFolder, { recursive: true });
});

test('a post whose processing a stop interrupted is published after the next start', async () => {
  const first = await newSite({ processingDelayMs: 600_000 });
  await first.accounts('anna');
  await first.loggedIn('anna').then((anna) => anna.upload('/upload', film()));
  await first.close();
  const second = await newSite({ dataFolder: first.dataFolder, processingDelayMs: 1 });
  let state = 'processing';
  while (state === 'processing') state = (await second.truth('anna')).posts[0]?.state ?? 'lost';
  expect(state).toBe('published');
  await second.closeAndForget();
});

test('no password and no session cookie is readable in the journal', async () => {
  const site = await newSite();
  await site.control('accounts', { accounts: [{ username: 'anna', password: 'hunter22' }] });
  const { headers } = await site.visitor().logIn('anna', 'hunter22');
  const cookie = /harbor_session=([^;]+)/.exec(headers.get('set-cookie') ?? '')?.[1];
  const journal = await readFile(join(site.dataFolder, 'journal.jsonl'), 'utf8');
  expect(journal).toContain('loggedIn');
  for (const secret of ['hunter22', cookie ?? 'loggedIn']) expect(journal).not.toContain(secret);
  await site.closeAndForget();
});

describe('as a process of its own', () => {
  let dataFolder: string;
  let child: ChildProcess | null = null;
  beforeEach(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'sandbox-process-'));
  });
  afterEach(async () => {
    if (child && child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await rm(dataFolder, { recursive: true, force: true });
  });

  function start(port: number) {
    const started = spawn(process.execPath, ['--import', 'tsx', join('sandbox', 'main.ts')], {
      env: { ...process.env, SANDBOX_PORT: String(port), SANDBOX_DATA: dataFolder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    return started;
  }

  function startedUrl(): Promise<string> {
    return new Promise((resolve, reject) => {
      let output = '';
      const started = start(0);
      started.stdout.on('data', (chunk) => {
        output += chunk;
        const url = /"url":"([^"]+)"/.exec(output)?.[1];
        if (url) resolve(url);
      });
      started.once('exit', () => reject(new Error(`it did not start: ${output}`)));
    });
  }

  test('what was answered before kill -9 is there afterwards, the session too', async () => {
    const url = await startedUrl();
    await fetch(`${url}/_control/accounts`, {
      method: 'POST',
      body: JSON.stringify({ accounts: [{ username: 'anna', password: 'secret' }] }),
    });
    const anna = newVisitor(url);
    await anna.logIn('anna');
    const uploads = Array.from({ length: 5 }, (_, number) => anna.upload('/upload', film(`film ${number}`)));
    const ids = (await Promise.all(uploads)).map(({ text }) => JSON.parse(text).id as string);
    child?.kill('SIGKILL');
    if (child) await once(child, 'exit');

    const site = await newSite({ dataFolder });
    const { accounts } = await site.control<{ accounts: Truth[] }>('truth');
    expect(accounts[0]?.posts.map(({ id }) => id).sort()).toEqual(ids.sort());
    expect(accounts[0]?.logins).toBe(1);
    await site.close();
  });

  test('SIGTERM ends it with code 0', async () => {
    await startedUrl();
    child?.kill('SIGTERM');
    expect(child && (await once(child, 'exit'))[0]).toBe(0);
  });

  test('a taken port is one sentence and code 1', async () => {
    const taker = createServer().listen(0, '127.0.0.1');
    await once(taker, 'listening');
    const { port } = taker.address() as { port: number };
    const refused = start(port);
    let message = '';
    refused.stderr.on('data', (chunk) => {
      message += chunk;
    });
    const [code] = await once(refused, 'close');
    taker.close();
    expect(code).toBe(1);
    expect(message.trim().split('\n')).toEqual([expect.stringMatching(/port \d+ is taken/)]);
  });
});
