import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import type { Env } from '../config/env.ts';
import { errorCode } from './error-code.ts';
import { KEY_FILES, keysFolder, openKeyring, readOldKeyLines, readRetiredPayloadKeys } from './keys.ts';
import { payloadKeyOf } from './payloads/keys.ts';
import { createSealer, keyFromText, keyIdOf, SealError, type Sealer } from './seal.ts';
import { SEALED_COLUMNS, type SealedColumn } from './secrets.ts';

const BATCH = 200;
/** Any number will do, as long as every rotation uses the same one. */
const ADVISORY_LOCK = 7_264_801_191;
/** A write that was sealed before the rotation may still be on its way to the database. */
const PRUNE_AFTER_MS = 10 * 60_000;

export class RotationError extends Error {
  override readonly name = 'RotationError';
}

export interface KeyStatus {
  /** Sealed values by where they lie, e.g. `Account.secret`. */
  columns: { name: string; current: number; old: number; lost: number }[];
  /** Values under a former key that is kept, and under one that is not in the keyring. */
  old: number;
  lost: number;
  oldKeys: number;
}

export interface RotationOutcome extends KeyStatus {
  /** False when an interrupted rotation was carried on, which makes no further key. */
  madeKey: boolean;
  resealed: number;
}

interface RotationOptions {
  /** Called after every batch with the number of values sealed anew so far. */
  onBatch?(resealed: number): void | Promise<void>;
}

/** Replaced whole or not at all, and on the disk before anything is sealed under it. */
async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${process.pid}.new`;
  const file = await open(unfinished, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
}

async function connected<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The ids of the key in use and of the former ones. */
async function keyIds(env: Env): Promise<{ current: Buffer; older: Buffer[] }> {
  const { current, older } = (await openKeyring(env)).get();
  const currentId = keyIdOf(current);
  return { current: currentId, older: older.map(keyIdOf).filter((id) => !id.equals(currentId)) };
}

const keyIdIn = (column: string): string => `substring("${column}" from 2 for 8)`;

async function statusOf(client: pg.Client, env: Env): Promise<KeyStatus> {
  const ids = await keyIds(env);
  const columns: KeyStatus['columns'] = [];
  for (const { table, column } of SEALED_COLUMNS) {
    const { rows } = await client.query<{ current: number; old: number; lost: number }>(
      `SELECT count(*) FILTER (WHERE id = $1)::int AS current, count(*) FILTER (WHERE id = ANY($2::bytea[]))::int AS old,
         count(*) FILTER (WHERE id <> $1 AND id <> ALL($2::bytea[]))::int AS lost
       FROM (SELECT ${keyIdIn(column)} AS id FROM "${table}" WHERE "${column}" IS NOT NULL) AS sealed`,
      [ids.current, ids.older],
    );
    columns.push({ name: `${table}.${column}`, ...(rows[0] ?? { current: 0, old: 0, lost: 0 }) });
  }
  const sum = (of: 'old' | 'lost') => columns.reduce((total, column) => total + column[of], 0);
  return { columns, old: sum('old'), lost: sum('lost'), oldKeys: ids.older.length };
}

/** How many sealed values use the key in use, a former one, or one that is lost. */
export function keyStatus(env: Env, databaseUrl: string): Promise<KeyStatus> {
  return connected(databaseUrl, (client) => statusOf(client, env));
}

/** Seals every value of a column that lies under one of these keys anew. */
async function resealColumn(
  client: pg.Client,
  sealer: Sealer,
  { table, column, purpose, keys }: SealedColumn,
  older: readonly Buffer[],
  onBatch: (n: number) => void | Promise<void>,
): Promise<void> {
  const names = keys.map(([name]) => `"${name}"`).join(', ');
  const asText = keys.map(([name], at) => `"${name}"::text AS k${at}`).join(', ');
  const given = (from: number) => keys.map(([, type], at) => `$${from + at}::${type}`).join(', ');
  let after: string[] | undefined;
  for (;;) {
    const { rows } = await client.query<Record<string, string> & { sealed: Buffer }>(
      `SELECT ${asText}, "${column}" AS sealed FROM "${table}"
       WHERE ${keyIdIn(column)} = ANY($1::bytea[]) ${after ? `AND (${names}) > (${given(2)})` : ''}
       ORDER BY ${names} LIMIT ${BATCH}`,
      [older, ...(after ?? [])],
    );
    let resealed = 0;
    for (const row of rows) {
      const id = keys.map((_, at) => String(row[`k${at}`]));
      after = id;
      let value: unknown;
      try {
        value = sealer.open(purpose, id.join('/'), row.sealed);
      } catch (error) {
        // Bytes that were changed open under no key; they stay as they are and are counted as old.
        if (error instanceof SealError) continue;
        throw error;
      }
      // Only over what was read: a session that a host saved in the meantime is newer and stays.
      const { rowCount } = await client.query(
        `UPDATE "${table}" SET "${column}" = $1 WHERE (${names}) = (${given(3)}) AND "${column}" = $2`,
        [Buffer.from(sealer.seal(purpose, id.join('/'), value)), row.sealed, ...id],
      );
      resealed += rowCount ?? 0;
    }
    await onBatch(resealed);
    if (rows.length < BATCH) return;
  }
}

/**
 * Makes a new sealing key, keeps the one before it among the old ones, and seals everything anew, in batches. May be
 * interrupted at any time: the next call carries on with the same key. Processes that run see the new key by themselves.
 * With `FLOTILLA_SECRET_KEY` set, the key is the operator's to change; what former keys sealed is sealed anew under it.
 * @throws RotationError with one sentence that says what to do
 */
export async function rotateKeys(
  env: Env,
  databaseUrl: string,
  { onBatch }: RotationOptions = {},
): Promise<RotationOutcome> {
  return connected(databaseUrl, async (client) => {
    const { rows } = await client.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [ADVISORY_LOCK]);
    if (!rows[0]?.got) throw new RotationError('Another rotation of the keys is under way. Wait until it has ended.');
    let resealed = 0;
    const resealAll = async () => {
      const { older } = await keyIds(env);
      const sealer = createSealer(await openKeyring(env));
      for (const column of SEALED_COLUMNS) {
        await resealColumn(client, sealer, column, older, async (n) => {
          resealed += n;
          await onBatch?.(resealed);
        });
      }
    };
    // What an interrupted rotation left is finished under its key; with nothing left, a new one is made.
    await resealAll();
    const madeKey = resealed === 0;
    if (madeKey) await makeKey(env);
    // Twice, for what other processes were writing under the old key during the first pass.
    await resealAll();
    await resealAll();
    return { ...(await statusOf(client, env)), madeKey, resealed };
  });
}

async function makeKey(env: Env): Promise<void> {
  if (env.FLOTILLA_SECRET_KEY) {
    throw new RotationError(
      'The sealing key comes from FLOTILLA_SECRET_KEY, so it is changed where that is set: add the key of now as a ' +
        'line to keys/old-secret-keys in the data folder, set the variable to a new key, start again, and run this ' +
        'command once more. It then seals everything under the new key.',
    );
  }
  const folder = keysFolder(env);
  const path = join(folder, KEY_FILES.secretKey);
  const source = await openKeyring(env);
  const current = source.get().current.toString('base64');
  const old = readOldKeyLines(folder);
  // First kept, then replaced: a crash in between leaves one key twice, never none.
  await replaceFile(join(folder, KEY_FILES.oldSecretKeys), `${[...new Set([current, ...old])].join('\n')}\n`);
  await replaceFile(path, `${randomBytes(32).toString('base64')}\n`);
}

/**
 * Drops the old keys once nothing is sealed under them. The payload keys that follow from them are kept, as histories in
 * Temporal are never encrypted anew; they open nothing else.
 * @returns how many keys were dropped
 * @throws RotationError while values still need them, or so soon after a rotation that a write may be on its way
 */
export async function pruneKeys(env: Env, databaseUrl: string, now = Date.now()): Promise<number> {
  return connected(databaseUrl, async (client) => {
    const { rows } = await client.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [ADVISORY_LOCK]);
    if (!rows[0]?.got) throw new RotationError('A rotation of the keys is under way. Wait until it has ended.');
    const folder = keysFolder(env);
    const path = join(folder, KEY_FILES.oldSecretKeys);
    const changed = await stat(path).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return null;
      throw error;
    });
    if (!changed) return 0;
    const { old } = await statusOf(client, env);
    if (old > 0) {
      throw new RotationError(`${old} values are still sealed under an old key. Run "flotilla keys rotate" first.`);
    }
    if (now - changed.mtimeMs < PRUNE_AFTER_MS) {
      throw new RotationError('The keys were rotated less than 10 minutes ago. Wait, then prune again.');
    }
    const dropped = readOldKeyLines(folder).map(keyFromText);
    // First kept, then dropped, as with a new key.
    const retired = [...dropped.map(payloadKeyOf), ...readRetiredPayloadKeys(folder)];
    const lines = new Set(retired.map((key) => key.toString('base64')));
    if (lines.size > 0) await replaceFile(join(folder, KEY_FILES.retiredPayloadKeys), `${[...lines].join('\n')}\n`);
    await replaceFile(path, '');
    return dropped.length;
  });
}
