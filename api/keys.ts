import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Env } from '../config/env.ts';
import { errorCode } from './error-code.ts';
import type { Keyring, KeyringSource } from './seal.ts';
import { keyFromText } from './seal.ts';

/** The bearer tokens that come from the environment or a key file. */
export interface Keys {
  adminToken: string;
  workerToken: string;
}

export const KEY_FILES = {
  secretKey: 'secret-key',
  /** One former key a line; what they sealed still opens. */
  oldSecretKeys: 'old-secret-keys',
  /** Payload keys of sealing keys that were dropped, one a line: histories in Temporal still open. */
  retiredPayloadKeys: 'retired-payload-keys',
  adminToken: 'admin-token',
  workerToken: 'worker-token',
} as const;

async function readKeyFile(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim() || undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The key of that file. A missing one is made, readable by its owner only; when two processes race, one file wins. */
async function readOrCreate(folder: string, name: string, make: () => string): Promise<string> {
  const path = join(folder, name);
  const found = await readKeyFile(path);
  if (found) return found;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const made = make();
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(`${made}\n`);
    await file.sync();
    await file.close();
    return made;
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    const other = await readKeyFile(path);
    if (!other) throw new Error(`The key file ${name} is empty. Remove it, or put the key into it.`);
    return other;
  }
}

export const keysFolder = (env: Pick<Env, 'FLOTILLA_DATA'>): string => join(env.FLOTILLA_DATA, 'keys');

/** The admin and worker tokens: from the environment, else from `<FLOTILLA_DATA>/keys`, made at first start. */
export async function loadKeys(env: Env): Promise<Keys> {
  const folder = keysFolder(env);
  const token = (kind: string) => () => `flt_${kind}_${randomBytes(32).toString('base64url')}`;
  return {
    adminToken: env.FLOTILLA_ADMIN_TOKEN ?? (await readOrCreate(folder, KEY_FILES.adminToken, token('admin'))),
    workerToken: env.FLOTILLA_WORKER_TOKEN ?? (await readOrCreate(folder, KEY_FILES.workerToken, token('worker'))),
  };
}

function readNow(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Changes whenever a file of keys does: a rotation puts new files in their place. */
function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.ino}/${stat.mtimeMs}/${stat.size}` : '-';
}

function readLines(path: string): string[] {
  const lines = (readNow(path) ?? '').split('\n').map((line) => line.trim());
  return [...new Set(lines.filter(Boolean))];
}

/** The former sealing keys, as they stand in `old-secret-keys`. */
export const readOldKeyLines = (folder: string): string[] => readLines(join(folder, KEY_FILES.oldSecretKeys));

/** The payload keys of dropped sealing keys. */
export const readRetiredPayloadKeys = (folder: string): Buffer[] =>
  readLines(join(folder, KEY_FILES.retiredPayloadKeys)).map(keyFromText);

function readKeyring(env: Env): Keyring {
  const folder = keysFolder(env);
  // The current key first: a rotation adds it to the old ones before it replaces it, so that it is never missing.
  const file = readNow(join(folder, KEY_FILES.secretKey));
  const older = readOldKeyLines(folder).map(keyFromText);
  if (env.FLOTILLA_SECRET_KEY) {
    return { current: keyFromText(env.FLOTILLA_SECRET_KEY), older: file ? [keyFromText(file), ...older] : older };
  }
  if (!file) throw new Error('The key file secret-key is gone. Put it back, or what was sealed cannot be opened.');
  return { current: keyFromText(file), older };
}

/**
 * The sealing keys: `FLOTILLA_SECRET_KEY`, else `<FLOTILLA_DATA>/keys/secret-key`, made at first start.
 * With the variable set, the file's key and those of `old-secret-keys` still open what they sealed.
 * The files are looked at on each use, so that a rotation reaches every process without a restart.
 * @throws Error with one sentence when a key is too weak
 */
export async function openKeyring(env: Env): Promise<KeyringSource> {
  const folder = keysFolder(env);
  if (!env.FLOTILLA_SECRET_KEY) {
    await readOrCreate(folder, KEY_FILES.secretKey, () => randomBytes(32).toString('base64'));
  }
  const files = [join(folder, KEY_FILES.secretKey), join(folder, KEY_FILES.oldSecretKeys)];
  const stamp = () => files.map(stampOf).join(' ');
  let held = { stamp: stamp(), keyring: readKeyring(env) };
  const reread = () => {
    const now = stamp();
    held = { stamp: now, keyring: readKeyring(env) };
    return held.keyring;
  };
  return { get: () => (held.stamp === stamp() ? held.keyring : reread()), reread };
}
