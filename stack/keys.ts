import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Env } from '../config/env.ts';

/** The secrets of an installation. */
export interface Keys {
  /** Seals passwords and sessions; 32 bytes as base64. */
  secretKey: string;
  /** Bearer token with all scopes. */
  adminToken: string;
  /** Bearer token of worker hosts. */
  workerToken: string;
}

/** The environment's secrets where set, else the files in `<data>/keys/`, which are made at first start. */
export async function readOrMakeKeys(env: Env, folder: string): Promise<Keys> {
  return {
    secretKey:
      env.FLOTILLA_SECRET_KEY ??
      (await readOrMakeSecret(join(folder, 'secret-key'), () => randomBytes(32).toString('base64'))),
    adminToken:
      env.FLOTILLA_ADMIN_TOKEN ?? (await readOrMakeSecret(join(folder, 'admin-token'), () => makeToken('admin'))),
    workerToken:
      env.FLOTILLA_WORKER_TOKEN ?? (await readOrMakeSecret(join(folder, 'worker-token'), () => makeToken('worker'))),
  };
}

function makeToken(kind: 'admin' | 'worker'): string {
  return `flt_${kind}_${randomBytes(32).toString('base64url')}`;
}

/** Reads a secret from a file that only its owner can read, or makes both. */
export async function readOrMakeSecret(file: string, make: () => string): Promise<string> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const existing = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (existing !== '') return existing;
  const secret = make();
  // Written whole or not at all: half a key would be worse than none.
  const unfinished = `${file}.new`;
  const handle = await open(unfinished, 'w', 0o600);
  try {
    await handle.writeFile(`${secret}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
  return secret;
}
