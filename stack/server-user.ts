import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StackError } from './errors.ts';

/** As whom a server runs that refuses to run as root. */
export interface ServerUser {
  /** Owner of the server's files; undefined when it is whoever started the stack. */
  uid?: number;
  gid?: number;
  /** Goes in front of the command. */
  prefix: readonly string[];
  spawnOptions: { uid?: number; gid?: number };
}

/**
 * The user to run Postgres as: oneself, or as root the user `postgres`, which is made when it is missing.
 *
 * @param folders what the server must reach. Where one lies below a folder that is closed to others (a project in
 * root's home), the server keeps the one capability to pass it, through `setpriv`.
 */
export function unprivilegedUser(folders: readonly string[]): ServerUser {
  if (process.getuid?.() !== 0) return { prefix: [], spawnOptions: {} };
  const { uid, gid } = findPostgresUser() ?? makePostgresUser();
  if (folders.every(isReachableByOthers)) return { uid, gid, prefix: [], spawnOptions: { uid, gid } };
  const capabilities = '+dac_read_search,+dac_override';
  const prefix = [
    'setpriv',
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    `--inh-caps=${capabilities}`,
    `--ambient-caps=${capabilities}`,
    '--',
  ];
  try {
    execFileSync('setpriv', [...prefix.slice(1), 'true'], { stdio: 'ignore' });
  } catch {
    throw new StackError(
      `Postgres does not run as root, and the user "postgres" cannot reach ${folders.find((folder) => !isReachableByOthers(folder))}. ` +
        'Move the project to a folder that others may enter, start it as another user, or set DATABASE_URL.',
    );
  }
  return { uid, gid, prefix, spawnOptions: {} };
}

function findPostgresUser(): { uid: number; gid: number } | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('postgres:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

function makePostgresUser(): { uid: number; gid: number } {
  try {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], { stdio: 'ignore' });
  } catch {
    // Answered below: the user is not there.
  }
  const user = findPostgresUser();
  if (!user) {
    throw new StackError(
      'Postgres does not run as root, and the user "postgres" could not be made. ' +
        'Start the project as another user, or set DATABASE_URL.',
    );
  }
  return user;
}

function isReachableByOthers(folder: string): boolean {
  for (let path = folder; ; path = dirname(path)) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat && (stat.mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}
