import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/client.ts';

export type Database = PrismaClient;

export interface DatabaseOptions {
  /** Most connections this process holds at once. */
  maxConnections?: number;
  /** How long a call waits for a free connection before it fails, milliseconds. */
  connectionTimeoutMs?: number;
}

/** A Prisma client over its own pool of connections; nothing connects before the first call. Close with `$disconnect()`. */
export function openDatabase(databaseUrl: string, options: DatabaseOptions = {}): Database {
  const adapter = new PrismaPg({
    connectionString: databaseUrl,
    max: options.maxConnections ?? 20,
    connectionTimeoutMillis: options.connectionTimeoutMs ?? 10_000,
  });
  return new PrismaClient({ adapter });
}
