import { join } from 'node:path';
import pg from 'pg';
import type { Env } from '../config/env.ts';
import { embeddedPostgres } from './postgres.ts';
import { startSupervisor } from './supervisor.ts';

/**
 * Runs `work` on the installation's database: the one of `DATABASE_URL`, else the embedded one. When that is not running
 * it is started for this time, under the data folder's lock.
 * @throws StackError when the folder's stack is just starting or stopping
 */
export async function withDatabase<T>(env: Env, work: (databaseUrl: string) => Promise<T>): Promise<T> {
  if (env.DATABASE_URL) return work(env.DATABASE_URL);
  const { databaseUrl, service } = await embeddedPostgres({
    dataFolder: join(env.FLOTILLA_DATA, 'postgres'),
    keysFolder: join(env.FLOTILLA_DATA, 'keys'),
    port: env.POSTGRES_PORT,
  });
  if (await answers(databaseUrl)) return work(databaseUrl);
  const supervisor = await startSupervisor({
    dataFolder: env.FLOTILLA_DATA,
    services: [service],
    say: () => undefined,
  });
  try {
    return await work(databaseUrl);
  } finally {
    await supervisor.stop();
  }
}

async function answers(databaseUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 3_000 });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
