import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { MIGRATIONS_FOLDER, type Migration, readMigrations } from './migrations.ts';

/** Any number will do, as long as every process that migrates uses the same one. */
const ADVISORY_LOCK = 7_264_801_190;

/** The table that Prisma keeps too, column for column, so that its own commands read this history. */
const HISTORY_TABLE = `
  CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id" VARCHAR(36) PRIMARY KEY NOT NULL,
    "checksum" VARCHAR(64) NOT NULL,
    "finished_at" TIMESTAMPTZ,
    "migration_name" VARCHAR(255) NOT NULL,
    "logs" TEXT,
    "rolled_back_at" TIMESTAMPTZ,
    "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
    "applied_steps_count" INTEGER NOT NULL DEFAULT 0
  )`;

export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/**
 * Brings a database up to date and returns the names of the migrations that it applied.
 *
 * Each migration and its row in the history are one transaction, so a process that dies leaves all of it or nothing.
 * Processes that migrate at the same time take turns. The database itself is made when it does not exist.
 * @throws MigrationError when a migration fails, or when one that was applied has been edited since.
 */
export async function migrate(databaseUrl: string, folder = MIGRATIONS_FOLDER): Promise<string[]> {
  const migrations = await readMigrations(folder);
  await ensureDatabase(databaseUrl);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    await client.query(HISTORY_TABLE);
    const applied = await readHistory(client);
    const pending = migrations.filter((migration) => !isApplied(migration, applied));
    for (const migration of pending) await apply(client, migration);
    return pending.map((migration) => migration.name);
  } finally {
    // Closing the connection releases the lock.
    await client.end();
  }
}

async function readHistory(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM "_prisma_migrations" WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  return new Map(rows.map((row) => [row.migration_name, row.checksum]));
}

function isApplied(migration: Migration, applied: Map<string, string>): boolean {
  const checksum = applied.get(migration.name);
  if (checksum !== undefined && checksum !== migration.checksum) {
    throw new MigrationError(
      `The migration ${migration.name} was applied to this database and has been edited since. ` +
        'Put the file back as it was and write the change as a new migration.',
    );
  }
  return checksum !== undefined;
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    const reason = error instanceof Error ? error.message : String(error);
    throw new MigrationError(`The migration ${migration.name} failed and left no trace: ${reason}`, { cause: error });
  }
}

/** Creates the database that the address names, when the server has none of that name. */
export async function ensureDatabase(databaseUrl: string): Promise<void> {
  const address = new URL(databaseUrl);
  const name = decodeURIComponent(address.pathname.slice(1));
  const maintenance = new URL(databaseUrl);
  maintenance.pathname = '/postgres';

  const direct = new pg.Client({ connectionString: databaseUrl });
  const missing = await direct.connect().then(
    () => false,
    (error: { code?: string }) => {
      if (error.code === '3D000') return true;
      throw error;
    },
  );
  await direct.end().catch(() => undefined);
  if (!missing) return;

  const client = new pg.Client({ connectionString: maintenance.href });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } catch (error) {
    // Another process that starts at the same time may have been first; it shows as either of two codes.
    const { code } = error as { code?: string };
    if (code !== '42P04' && code !== '23505') throw error;
  } finally {
    await client.end();
  }
}
