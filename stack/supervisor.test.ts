import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from './paths.ts';
import { findFreePorts } from './ports.ts';
import { isAlive, processesWith, waitUntilGone } from './processes.ts';
import type { Service } from './service.ts';
import { startSupervisor } from './supervisor.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-supervisor-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A service whose whole program is this text; it is ready when it writes "ready". */
function service(name: string, program: string, more: Partial<Service> = {}): Service {
  return {
    name,
    role: 'a stand-in',
    command: [process.execPath, '-e', program],
    env: {},
    ready: { kind: 'log', pattern: /ready/ },
    dependsOn: [],
    ports: [],
    ...more,
  };
}

const STAYS = "console.log('ready'); setInterval(() => {}, 1000);";

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(25);
}

const start = (services: Service[], said: string[] = []) =>
  startSupervisor({ dataFolder: folder, services, say: (line) => said.push(line) });

describe('the supervisor', () => {
  it('starts a service after those it depends on are ready, and stops it before them', async () => {
    const journal = join(folder, 'journal');
    const program = (name: string) => `
      const note = (what) => require('fs').appendFileSync(${JSON.stringify(journal)}, ${JSON.stringify(name)} + ' ' + what + ' ');
      note('starts'); setTimeout(() => console.log('ready'), 150);
      process.on('SIGTERM', () => { note('stops'); process.exit(0); }); setInterval(() => {}, 1000);`;
    const supervisor = await start([
      service('roof', program('roof'), { dependsOn: ['wall'] }),
      service('wall', program('wall'), { dependsOn: ['ground'] }),
      service('ground', program('ground')),
    ]);
    await supervisor.stop();
    expect((await readFile(journal, 'utf8')).trim()).toBe(
      'ground starts wall starts roof starts roof stops wall stops ground stops',
    );
  });

  it('starts a killed service again and says so with the end of its log', async () => {
    const said: string[] = [];
    const supervisor = await start([service('worker', `console.log('a last word'); ${STAYS}`)], said);
    const before = supervisor.processOf('worker')!;
    process.kill(before, 'SIGKILL');
    await until(() => said.some((line) => line.includes('worker is back')));
    const after = supervisor.processOf('worker')!;
    await supervisor.stop();
    expect(after).not.toBe(before);
    expect(said[0]).toMatch(/worker has died \(killed by SIGKILL\) and starts again in 0.5 s/);
    expect(said[0]).toContain('a last word');
    expect(isAlive(after)).toBe(false);
  });

  it('starts a service anew at once when it ends because it was ordered to, and counts no failure', async () => {
    const said: string[] = [];
    const program = `process.on('SIGUSR2', () => process.exit(75)); ${STAYS}`;
    const supervisor = await start([service('worker', program)], said);
    for (let turn = 1; turn <= 3; turn += 1) {
      process.kill(supervisor.processOf('worker')!, 'SIGUSR2');
      await until(() => said.filter((line) => line.includes('worker is back')).length === turn);
    }
    await supervisor.stop();
    expect(said.filter((line) => !line.includes('is back'))).toEqual(
      Array(3).fill('worker has been ordered to restart.'),
    );
  });

  it('clears the children of a killed service, those in groups of their own too', async () => {
    const program = `
      const { spawn } = require('child_process');
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
      console.log('child=' + child.pid); ${STAYS}`;
    const supervisor = await start([service('worker', program)]);
    const log = await readFile(supervisor.logFile('worker'), 'utf8');
    const child = Number(/child=(\d+)/.exec(log)![1]);
    expect(isAlive(child)).toBe(true);
    process.kill(supervisor.processOf('worker')!, 'SIGKILL');
    expect(await waitUntilGone([child], 5_000)).toBe(true);
    await supervisor.stop();
  });

  it('kills a service that does not end when asked', async () => {
    const deaf = `process.on('SIGTERM', () => {}); ${STAYS}`;
    const supervisor = await start([service('deaf', deaf, { stopTimeoutMs: 200 })]);
    const pid = supervisor.processOf('deaf')!;
    await supervisor.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('gives up a start with the log of the service that does not start, and stops the others', async () => {
    const attempt = start([
      service('good', STAYS),
      service('bad', "console.error('no configuration'); process.exit(3)", { dependsOn: ['good'] }),
    ]);
    await expect(attempt).rejects.toThrow(/^bad does not start: exit code 3[\s\S]*no configuration/);
    expect(processesWith(`FLOTILLA_STACK=${folder}#`)).toEqual([]);
  });

  it('says which variable to set when a port is taken', async () => {
    const [port] = await findFreePorts(1);
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    const ports = [{ port: port!, host: '127.0.0.1', variable: 'PORT' }];
    await expect(start([service('api', STAYS, { ports })])).rejects.toThrow(
      `Port ${port} is taken by another program. Set PORT to a free one.`,
    );
    other.close();
  });

  it('refuses a data folder that is in use, and takes over one whose holder has died', async () => {
    const supervisor = await start([service('one', STAYS)]);
    await expect(start([service('two', STAYS)])).rejects.toThrow(/already running on the data folder/);
    await supervisor.stop();
    // The id lives, the process that had it does not: its start time is another.
    await writeFile(join(folder, 'stack.lock'), JSON.stringify({ pid: process.pid, startTime: '1' }));
    await (await start([service('three', STAYS)])).stop();
  });

  it('gives secrets to the services they are for and to no other', async () => {
    const shown = `console.log(JSON.stringify([process.env.DATABASE_URL, process.env.KEPT])); ${STAYS}`;
    const supervisor = await startSupervisor({
      dataFolder: folder,
      services: [service('with', shown, { env: { DATABASE_URL: 'postgres://given' } }), service('without', shown)],
      say: () => undefined,
      env: { ...process.env, DATABASE_URL: 'postgres://inherited', KEPT: 'yes' },
    });
    const read = async (name: string) => (await readFile(supervisor.logFile(name), 'utf8')).split('\n')[0];
    const answers = [await read('with'), await read('without')];
    await supervisor.stop();
    expect(answers).toEqual(['["postgres://given","yes"]', '[null,"yes"]']);
  });
});

describe('a supervisor that is killed with SIGKILL', () => {
  /** Starts Postgres, Temporal and a Node service with a real browser under it, in a process of its own. */
  async function startApart(): Promise<{ pid: number; services: number[]; lines: string }> {
    const child = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'stack', 'fixtures', 'apart.ts'), folder], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let lines = '';
    child.stdout.on('data', (chunk) => {
      lines += chunk;
    });
    await until(() => lines.includes('all ready') || child.exitCode !== null);
    return { pid: child.pid!, services: processesWith(`FLOTILLA_STACK=${folder}#`), lines };
  }

  const commands = (pids: number[]) =>
    Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));

  it('leaves no process behind: Postgres, Temporal, Node, browser', async () => {
    const { pid, services, lines } = await startApart();
    expect(lines).toContain('all ready');
    const running = (await commands(services)).join('\n');
    for (const program of ['postgres', 'temporal', 'chrom', 'node']) expect(running).toContain(program);
    process.kill(pid, 'SIGKILL');
    expect(await waitUntilGone(services, 15_000)).toBe(true);
  });

  it('has its leftovers ended by the next start when its reaper was killed too', async () => {
    const { pid, services } = await startApart();
    const all = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    const children = all.trim().split(' ').map(Number);
    const named = await commands(children);
    const reaper = children[named.findIndex((command) => command.includes('reaper.mjs'))]!;
    process.kill(pid, 'SIGSTOP');
    process.kill(reaper, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
    await waitUntilGone([pid], 5_000);
    expect(services.some(isAlive)).toBe(true);
    const supervisor = await start([service('next', STAYS)]);
    expect(services.filter(isAlive)).toEqual([]);
    await supervisor.stop();
  });
});
