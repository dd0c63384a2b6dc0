import { createWriteStream, existsSync } from 'node:fs';
import { copyFile, link, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { create } from 'tar';
import type { Env } from '../config/env.ts';
import { BACKUP_FORMAT, listFiles, MANIFEST_FILE, type Manifest, sha256Of } from './backup-manifest.ts';
import { StackError } from './errors.ts';
import { withDatabase } from './with-database.ts';

export interface BackupOptions {
  env: Env;
  /** A `.tar.gz` or `.tgz` file, or a folder. It must not exist. */
  target: string;
  withoutKeys?: boolean;
}

/** Kept with the database: without any one of them its rows would point to nothing. */
const FILE_FOLDERS = ['media', 'evidence'] as const;
export const isArchive = (path: string): boolean => /\.(tar\.gz|tgz)$/.test(path);

/**
 * Copies database, media, evidence and keys of an installation, while it runs or not. The database is of one moment; a
 * file is written before the row that names it and never changed, so the files of that moment are there too.
 * Temporal's histories are left out: see {@link restore}.
 * @throws StackError when the target exists
 */
export async function backup({ env, target, withoutKeys = false }: BackupOptions): Promise<Manifest> {
  const place = resolve(target);
  if (existsSync(place)) throw new StackError(`${place} exists already. Name another file or folder.`);
  await mkdir(dirname(place), { recursive: true });
  const staging = `${place}.${process.pid}.partial`;
  const archive = `${staging}.tar.gz`;
  try {
    await mkdir(staging, { mode: 0o700 });
    const database = await withDatabase(env, (databaseUrl) => copyDatabase(databaseUrl, join(staging, 'database')));
    for (const folder of FILE_FOLDERS) await copyFolder(join(env.FLOTILLA_DATA, folder), join(staging, folder));
    // After the database: a rotation in between has kept the key of every value in it.
    if (!withoutKeys) await copyFolder(join(env.FLOTILLA_DATA, 'keys'), join(staging, 'keys'), { copies: true });
    const { hashes, ...rest } = database;
    const files: Manifest['files'] = [];
    for (const path of await listFiles(staging)) files.push({ path, ...(await sha256Of(join(staging, path))) });
    const there = new Set(files.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)));
    const manifest: Manifest = {
      format: BACKUP_FORMAT,
      madeAt: new Date().toISOString(),
      ...rest,
      keys: withoutKeys ? 'left out' : 'included',
      sealingKey: env.FLOTILLA_SECRET_KEY ? 'environment' : 'file',
      missingFiles: hashes.filter((hash) => !there.has(hash)),
      files,
    };
    await writeFile(join(staging, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
    if (isArchive(place)) {
      await create({ file: archive, gzip: true, cwd: staging, portable: true, mode: 0o600 }, ['.']);
      await rename(archive, place);
    } else {
      await rename(staging, place);
    }
    return manifest;
  } finally {
    await rm(staging, { recursive: true, force: true });
    await rm(archive, { force: true });
  }
}

/** Files named by their hash never change, so a second name for the same bytes will do where the disk allows it. */
async function copyFolder(from: string, to: string, { copies = false } = {}): Promise<void> {
  for (const path of await listFiles(from)) {
    if (path.startsWith('tmp/') || path.endsWith('.new')) continue;
    const target = join(to, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    try {
      if (copies) await copyFile(join(from, path), target);
      else await link(join(from, path), target).catch(() => copyFile(join(from, path), target));
    } catch (error) {
      // Removed while the folder was read; the manifest says so where a row still names it.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

type CopiedDatabase = Pick<Manifest, 'postgres' | 'migrations' | 'tables' | 'sequences'> & { hashes: string[] };

async function copyDatabase(databaseUrl: string, folder: string): Promise<CopiedDatabase> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const all = async <Row extends object>(text: string): Promise<Row[]> => (await client.query<Row>(text)).rows;
    const [version] = await all<{ server_version: string }>('SHOW server_version');
    const migrations = await all<{ name: string; checksum: string }>(
      `SELECT migration_name AS name, checksum FROM "_prisma_migrations"
       WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name`,
    );
    const tables: Manifest['tables'] = [];
    for (const { name, columns } of await tablesInOrder(client)) {
      const list = columns.map((column) => client.escapeIdentifier(column)).join(', ');
      const copy = client.query(copyTo(`COPY ${client.escapeIdentifier(name)} (${list}) TO STDOUT`));
      await pipeline(copy, createWriteStream(join(folder, `${name}.copy`), { mode: 0o600 }));
      tables.push({ name, columns, rows: copy.rowCount });
    }
    const sequences = await all<{ name: string; value: string | null }>(
      `SELECT sequencename AS name, last_value::text AS value FROM pg_sequences WHERE schemaname = 'public'`,
    );
    const hashes = await all<{ sha256: string }>(
      `SELECT sha256 FROM "MediaAsset" UNION SELECT "thumbSha256" FROM "MediaAsset" WHERE "thumbSha256" IS NOT NULL
       UNION SELECT sha256 FROM "MediaVariant" UNION SELECT sha256 FROM "Evidence" ORDER BY 1`,
    );
    await client.query('COMMIT');
    const postgres = version?.server_version ?? '';
    return { postgres, migrations, tables, sequences, hashes: hashes.map(({ sha256 }) => sha256) };
  } finally {
    await client.end();
  }
}

/** All tables of ours, each after those that its foreign keys point to. */
async function tablesInOrder(client: pg.Client): Promise<{ name: string; columns: string[] }[]> {
  const { rows } = await client.query<{ name: string; columns: string[]; needs: string[] }>(
    `SELECT c.relname::text AS name,
       (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
       ARRAY(SELECT p.relname::text FROM pg_constraint f JOIN pg_class p ON p.oid = f.confrelid
        WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid <> c.oid) AS needs
     FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
       AND c.relname <> '_prisma_migrations' ORDER BY c.relname`,
  );
  const ordered: { name: string; columns: string[] }[] = [];
  const done = new Set<string>();
  while (ordered.length < rows.length) {
    const next = rows.filter(({ name, needs }) => !done.has(name) && needs.every((need) => done.has(need)));
    if (next.length === 0) throw new StackError('The tables point to one another in a circle and cannot be copied.');
    for (const { name, columns } of next) {
      ordered.push({ name, columns });
      done.add(name);
    }
  }
  return ordered;
}
