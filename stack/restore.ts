import { createReadStream, existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { extract } from 'tar';
import type { Env } from '../config/env.ts';
import { migrate } from '../prisma/migrate.ts';
import { MIGRATIONS_FOLDER, readMigrations } from '../prisma/migrations.ts';
import { isArchive } from './backup.ts';
import { listFiles, MANIFEST_FILE, type Manifest, manifestSchema, sha256Of } from './backup-manifest.ts';
import { StackError } from './errors.ts';
import { lockDataFolder } from './lock.ts';
import { findFreePorts } from './ports.ts';
import { type Held, holdWhatRan } from './restore-held.ts';
import { withDatabase } from './with-database.ts';

export interface RestoreOptions {
  env: Env;
  /** What `backup` made. */
  source: string;
  /** Puts a data folder that holds something aside, to `<folder>.before-restore-<time>`, instead of refusing. */
  replace?: boolean;
}

export interface Restored extends Held {
  manifest: Manifest;
  /** Where the former data folder lies now. */
  aside: string | null;
}

/**
 * Puts a backup in the place of the data folder: everything is checked and loaded in a folder beside it, which takes its
 * place when it is whole. With `DATABASE_URL` the rows go there, in one transaction, and it must be empty.
 *
 * Temporal's histories are not in a backup, and what ran may have gone on after it was made. So nothing that had begun is
 * begun again by itself, see {@link holdWhatRan}.
 * @throws StackError with one sentence; then nothing has changed
 */
export async function restore({ env, source, replace = false }: RestoreOptions): Promise<Restored> {
  const target = env.FLOTILLA_DATA;
  const from = resolve(source);
  if (!existsSync(from)) throw new StackError(`There is no backup at ${from}.`);
  const holds = (await readdir(target).catch(() => [])).some((name) => name !== 'stack.lock');
  if (holds && !replace) {
    throw new StackError(
      `The data folder ${target} is not empty. Set FLOTILLA_DATA to a new folder, or say --replace: then what is there is put aside.`,
    );
  }
  // Nobody may be at work in a folder that is moved.
  const unlock = existsSync(target) ? await lockDataFolder(target) : async () => undefined;
  await mkdir(dirname(target), { recursive: true });
  const fresh = await mkdtemp(`${target}.restoring-`);
  await chmod(fresh, 0o711);
  try {
    await unpack(from, fresh);
    const manifest = await verify(fresh);
    if (manifest.keys === 'left out' && existsSync(join(target, 'keys'))) {
      await cp(join(target, 'keys'), join(fresh, 'keys'), { recursive: true });
    }
    const [port = 0] = await findFreePorts(1);
    const place: Env = { ...env, FLOTILLA_DATA: fresh, POSTGRES_PORT: port };
    const held = await withDatabase(place, (databaseUrl) => load(databaseUrl, fresh, manifest));
    await rm(join(fresh, 'database'), { recursive: true, force: true });
    await rm(join(fresh, 'logs'), { recursive: true, force: true });
    await rm(join(fresh, MANIFEST_FILE));
    const aside = existsSync(target)
      ? `${target}.before-restore-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`
      : null;
    await unlock();
    if (aside) await rename(target, aside);
    await rename(fresh, target);
    return { manifest, aside: holds ? aside : await dropEmpty(aside), ...held };
  } catch (error) {
    await unlock();
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
}

async function dropEmpty(folder: string | null): Promise<null> {
  if (folder) await rm(folder, { recursive: true, force: true });
  return null;
}

async function unpack(from: string, to: string): Promise<void> {
  if ((await lstat(from)).isDirectory()) return cp(from, to, { recursive: true });
  if (!isArchive(from)) throw new StackError(`${from} is neither a folder nor a .tar.gz file.`);
  const isPlain = (entry: object) => 'type' in entry && (entry.type === 'File' || entry.type === 'Directory');
  try {
    await extract({ file: from, cwd: to, strict: true, filter: (_, entry) => isPlain(entry) });
  } catch {
    throw new StackError(`${from} is damaged or is no backup: it cannot be unpacked.`);
  }
}

/** Every file is there as it was written, and nothing else is. */
async function verify(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, MANIFEST_FILE), 'utf8').catch(() => '');
  let manifest: Manifest;
  try {
    manifest = manifestSchema.parse(JSON.parse(text));
  } catch {
    throw new StackError('This is no backup that this version can read: its manifest is missing or of another form.');
  }
  const found = new Set(await listFiles(folder));
  for (const { path, sha256, bytes } of manifest.files) {
    if (!found.delete(path)) throw new StackError(`The backup is damaged: ${path} is missing.`);
    const now = await sha256Of(join(folder, path));
    if (now.sha256 !== sha256 || now.bytes !== bytes)
      throw new StackError(`The backup is damaged: ${path} was changed.`);
  }
  found.delete(MANIFEST_FILE);
  const [extra] = found;
  if (extra) throw new StackError(`The backup is damaged: ${extra} does not belong to it.`);
  return manifest;
}

/** Brings the database to the shape that it had, fills it, and holds what ran; the next start brings it up to date. */
async function load(databaseUrl: string, folder: string, manifest: Manifest): Promise<Held> {
  await migrateAsOf(databaseUrl, manifest);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    for (const { name } of manifest.tables) {
      const { rows } = await client.query(`SELECT 1 FROM ${client.escapeIdentifier(name)} LIMIT 1`);
      if (rows.length > 0)
        throw new StackError(`The database is not empty: there are rows in ${name}. Name an empty one.`);
    }
    for (const { name, columns, rows } of manifest.tables) {
      const list = columns.map((column) => client.escapeIdentifier(column)).join(', ');
      const copy = client.query(copyFrom(`COPY ${client.escapeIdentifier(name)} (${list}) FROM STDIN`));
      await pipeline(createReadStream(join(folder, 'database', `${name}.copy`)), copy);
      if (copy.rowCount !== rows)
        throw new StackError(`The backup is damaged: ${name} has ${copy.rowCount} rows, not ${rows}.`);
    }
    for (const { name, value } of manifest.sequences) {
      if (value !== null) await client.query('SELECT setval($1::regclass, $2::bigint)', [`"${name}"`, value]);
    }
    const held = await holdWhatRan(client, manifest.madeAt);
    await client.query('COMMIT');
    return held;
  } finally {
    await client.end();
  }
}

async function migrateAsOf(databaseUrl: string, { migrations }: Manifest): Promise<void> {
  const known = new Map((await readMigrations(MIGRATIONS_FOLDER)).map(({ name, checksum }) => [name, checksum]));
  const strange = migrations.find(({ name, checksum }) => known.get(name) !== checksum);
  if (strange) {
    throw new StackError(
      `The backup was made by another version: this one does not know the migration ${strange.name}. Restore it with that version.`,
    );
  }
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-migrations-'));
  try {
    for (const { name } of migrations) await cp(join(MIGRATIONS_FOLDER, name), join(folder, name), { recursive: true });
    await migrate(databaseUrl, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
