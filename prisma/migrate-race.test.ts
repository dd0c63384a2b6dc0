import { fork } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startTemporaryPostgres, type TemporaryPostgres } from '../stack/temporary-postgres.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS_FOLDER, readMigrations } from './migrations.ts';

let postgres: TemporaryPostgres;
beforeAll(async () => {
  postgres = await startTemporaryPostgres();
});
afterAll(() => postgres.stop());

const databaseOf = (name: string) => {
  const url = new URL(postgres.databaseUrl);
  url.pathname = `/${name}`;
  return url.href;
};

/** Two processes that are both up before either is let go. */
async function migrateTwice(databaseUrl: string): Promise<string[][]> {
  const children = [0, 1].map(() =>
    fork(join(import.meta.dirname, 'migrate-race.fixture.ts'), {
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, DATABASE_URL: databaseUrl },
    }),
  );
  const next = (child: (typeof children)[number]) => new Promise((done) => child.once('message', done));
  await Promise.all(children.map(next));
  const answers = Promise.all(children.map(next));
  for (const child of children) child.send('go');
  return (await answers).map((answer) => {
    const { applied, error } = answer as { applied?: string[]; error?: string };
    if (!applied) throw new Error(error);
    return applied;
  });
}

async function history(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query(
    'SELECT migration_name AS name FROM "_prisma_migrations" ORDER BY migration_name',
  );
  await client.end();
  return rows.map(({ name }) => name);
}

describe('two processes that migrate at once', () => {
  it('make an empty database and apply each migration once', async () => {
    const all = (await readMigrations(MIGRATIONS_FOLDER)).map(({ name }) => name);
    const applied = await migrateTwice(databaseOf('empty'));
    expect(applied.flat().sort()).toEqual(all);
    expect(await history(databaseOf('empty'))).toEqual(all);
  });

  it('apply what is left of a database that was brought halfway', async () => {
    const all = (await readMigrations(MIGRATIONS_FOLDER)).map(({ name }) => name);
    const half = all.slice(0, all.length >> 1);
    const folder = await mkdtemp(join(tmpdir(), 'flotilla-half-'));
    for (const name of half) await cp(join(MIGRATIONS_FOLDER, name), join(folder, name), { recursive: true });
    await migrate(databaseOf('half'), folder);
    await rm(folder, { recursive: true });
    const applied = await migrateTwice(databaseOf('half'));
    expect(applied.flat().sort()).toEqual(all.slice(half.length));
    expect(await history(databaseOf('half'))).toEqual(all);
  });
});
