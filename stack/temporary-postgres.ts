import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDatabase, migrate } from '../prisma/migrate.ts';
import { findFreePorts } from './ports.ts';
import { embeddedPostgres } from './postgres.ts';
import { startSupervisor } from './supervisor.ts';

export interface TemporaryPostgres {
  databaseUrl: string;
  stop(): Promise<void>;
}

/**
 * A Postgres server of its own on a free port, in a temporary folder that `stop` removes.
 * @param options.migrated whether the database is made and brought up to date first.
 */
export async function startTemporaryPostgres(options: { migrated?: boolean } = {}): Promise<TemporaryPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-postgres-'));
  // The server may run as another user, which has to pass.
  await chmod(folder, 0o711);
  const [port = 0] = await findFreePorts(1);
  const postgres = await embeddedPostgres({
    dataFolder: join(folder, 'postgres'),
    keysFolder: join(folder, 'keys'),
    port,
  });
  const supervisor = await startSupervisor({ dataFolder: folder, services: [postgres.service], say: () => undefined });
  const stop = async () => {
    await supervisor.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await ensureDatabase(postgres.databaseUrl);
    if (options.migrated) await migrate(postgres.databaseUrl);
  } catch (error) {
    await stop();
    throw error;
  }
  return { databaseUrl: postgres.databaseUrl, stop };
}
