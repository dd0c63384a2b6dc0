import type { Sql } from '../../activities/sql.ts';
import type { PrismaClient } from '../../prisma/generated/client.ts';

/** The database, or a transaction on it. */
export type Db = Pick<PrismaClient, '$queryRawUnsafe'>;

/** Rows of a statement with `$1`-style parameters. Never build the text out of values. */
export function query<Row>(db: Db, text: string, ...values: unknown[]): Promise<Row[]> {
  return db.$queryRawUnsafe<Row[]>(text, ...values);
}

export async function queryOne<Row>(db: Db, text: string, ...values: unknown[]): Promise<Row | undefined> {
  return (await query<Row>(db, text, ...values))[0];
}

/** The database as what the ledger's and the leases' statements run on. */
export function asSql(db: Db): Sql {
  const runner = {
    query: async ({ text, values }: { text: string; values: unknown[] }) => ({
      rows: await query(db, text, ...values),
    }),
  };
  // Those modules call this one form of `query` alone.
  return runner as unknown as Sql;
}
