import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { ROOT } from '../stack/paths.ts';
import { startTemporaryPostgres, type TemporaryPostgres } from '../stack/temporary-postgres.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS_FOLDER, readMigrations } from './migrations.ts';

let postgres: TemporaryPostgres;
let folder: string;
let databases = 0;

beforeAll(async () => {
  postgres = await startTemporaryPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-migrations-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The address of a database that does not exist yet. */
function freshDatabase(): string {
  databases += 1;
  const address = new URL(postgres.databaseUrl);
  address.pathname = `/fresh_${databases}`;
  return address.href;
}

async function write(name: string, sql: string): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, 'migration.sql'), sql);
}

async function rows(databaseUrl: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('migrations', () => {
  it('make the database and bring it up to date, and do nothing the second time', async () => {
    const database = freshDatabase();
    const names = (await readMigrations(MIGRATIONS_FOLDER)).map(({ name }) => name);
    expect(await migrate(database)).toEqual(names);
    expect(await migrate(database)).toEqual([]);
    expect(await rows(database, 'SELECT id FROM "Account"')).toEqual([]);
  });

  it('lead to the schema that the code is written against', async () => {
    const last = (await readMigrations(MIGRATIONS_FOLDER)).at(-1)!;
    const migrated = await readFile(join(MIGRATIONS_FOLDER, last.name, 'schema.prisma'), 'utf8');
    const schema = await readFile(join(ROOT, 'prisma', 'schema.prisma'), 'utf8');
    expect(migrated).toBe(schema);
  });

  it('are applied once when two processes start at the same moment', async () => {
    const database = freshDatabase();
    await write('1_make', 'CREATE TABLE fish (name text); SELECT pg_sleep(0.3);');
    await write('2_fill', "INSERT INTO fish VALUES ('cod');");
    const program = `
      import { migrate } from ${JSON.stringify(join(ROOT, 'prisma', 'migrate.ts'))};
      console.log((await migrate(${JSON.stringify(database)}, ${JSON.stringify(folder)})).length);`;
    const runs = [0, 1].map(async () => {
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { cwd: ROOT });
      let output = '';
      child.stdout.on('data', (chunk) => {
        output += chunk;
      });
      child.stderr.on('data', (chunk) => {
        output += chunk;
      });
      await once(child, 'close');
      return output.trim();
    });
    expect((await Promise.all(runs)).sort()).toEqual(['0', '2']);
    expect(await rows(database, 'SELECT name FROM fish')).toEqual([{ name: 'cod' }]);
  });

  it('leave no trace when one fails, and go on from there when it is mended', async () => {
    const database = freshDatabase();
    await write('1_make', 'CREATE TABLE fish (name text);');
    await write('2_break', 'CREATE TABLE birds (name text); SELECT * FROM whales;');
    await expect(migrate(database, folder)).rejects.toThrow(/2_break failed and left no trace: .*whales/);
    expect(await rows(database, "SELECT to_regclass('birds') AS birds")).toEqual([{ birds: null }]);
    await write('2_break', 'CREATE TABLE birds (name text);');
    expect(await migrate(database, folder)).toEqual(['2_break']);
  });

  it('refuse to go on when an applied one was edited', async () => {
    const database = freshDatabase();
    await write('1_make', 'CREATE TABLE fish (name text);');
    await migrate(database, folder);
    await write('1_make', 'CREATE TABLE fish (name text, age integer);');
    await expect(migrate(database, folder)).rejects.toThrow(/1_make was applied to this database and has been edited/);
  });
});
