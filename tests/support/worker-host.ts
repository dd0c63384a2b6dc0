import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium } from '../../activities/browser/chromium.ts';
import { ROOT } from '../../stack/paths.ts';
import { findFreePorts } from '../../stack/ports.ts';
import { processesWith, signal, waitUntilGone } from '../../stack/processes.ts';
import type { Bench } from './bench.ts';

/** A browser host as on another machine: its own data folder, a worker token, two addresses and nothing else. */
export interface WorkerHost {
  name: string;
  folder: string;
  /** Of its process that runs now or ended last. */
  process(): ChildProcess;
  /** Exit codes so far; null for one that was killed. */
  ends: (number | null)[];
  start(): void;
  /** Kills its process and leaves its browsers to find that out. */
  kill(): void;
  /** What `/metrics` or `/healthz` answers. */
  ask(path: string): Promise<{ status: number; text: string }>;
  /** Folders of Playwright below the host's own temporary folder. */
  leftovers(): Promise<string[]>;
  output(): string;
  stop(): Promise<void>;
}

export async function createWorkerHost(
  { stack }: Pick<Bench, 'stack'>,
  name: string,
  more: Readonly<Record<string, string>> = {},
): Promise<WorkerHost> {
  const folder = await mkdtemp(join(tmpdir(), `flotilla-${name}-`));
  const [port] = await findFreePorts(1);
  const mark = `FLOTILLA_TEST_HOST=${folder}`;
  const ends: (number | null)[] = [];
  let output = '';
  let current: ChildProcess | undefined;
  let stopping = false;

  function start(): void {
    const child = spawn(process.execPath, ['--import', 'tsx', 'workers/main.ts', 'browser'], {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        NODE_ENV: 'test',
        FLOTILLA_TEST_HOST: folder,
        FLOTILLA_HOST_NAME: name,
        FLOTILLA_DATA: folder,
        FLOTILLA_WORKER_TOKEN: stack.workerToken,
        API_URL: stack.apiUrl,
        TEMPORAL_ADDRESS: stack.temporalAddress,
        SANDBOX_URL: stack.sandboxUrl,
        CHROMIUM_PATH: findChromium() ?? '',
        FLOTILLA_METRICS_PORT: String(port),
        ...more,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += String(chunk);
      });
    }
    child.once('exit', (code) => {
      ends.push(code);
      // As a supervisor that starts again what asks for it.
      if (code === 75 && !stopping) start();
    });
    current = child;
  }

  function running(): ChildProcess {
    if (!current) throw new Error(`${name} was never started.`);
    return current;
  }

  return {
    name,
    folder,
    ends,
    start,
    process: running,
    kill: () => void running().kill('SIGKILL'),
    async ask(path) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return { status: response.status, text: await response.text() };
    },
    async leftovers() {
      const entries = await readdir(join(folder, 'hosts', name, 'tmp'), { recursive: true }).catch(() => []);
      return entries.filter((entry) => /^playwright[-_]/.test(entry.split('/').at(-1) ?? ''));
    },
    output: () => output,
    async stop() {
      stopping = true;
      current?.kill('SIGTERM');
      const pids = processesWith(mark);
      if (!(await waitUntilGone(pids, 15_000))) for (const pid of pids) signal(pid, 'SIGKILL');
      await waitUntilGone(pids, 5_000);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
