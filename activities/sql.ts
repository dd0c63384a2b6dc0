import type { Pool, PoolClient, QueryResultRow } from 'pg';

/** What runs a statement: the pool, or one connection inside a transaction. */
export type Sql = Pool | PoolClient;

/** A statement prepared once a connection under its name. */
export interface Statement {
  name: string;
  text: string;
}

export function statement(name: string, text: string): Statement {
  return { name, text };
}

/** All rows of a prepared statement. */
export async function rows<Row extends QueryResultRow>(
  sql: Sql,
  { name, text }: Statement,
  values: unknown[],
): Promise<Row[]> {
  const result = await sql.query<Row>({ name, text, values });
  return result.rows;
}

/** The first row of a prepared statement, or nothing. */
export async function row<Row extends QueryResultRow>(
  sql: Sql,
  prepared: Statement,
  values: unknown[],
): Promise<Row | undefined> {
  return (await rows<Row>(sql, prepared, values))[0];
}

/** Runs `work` in one transaction; rolls back when it throws. */
export async function transaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
