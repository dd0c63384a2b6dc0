/**
 * Writes the next migration: what changed in schema.prisma since the last one, beside which a copy of the schema lies.
 * `npm run migration -- <name>`
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTemporaryPostgres } from '../stack/temporary-postgres.ts';
import { diffSchemas } from './engine.ts';
import { MIGRATIONS_FOLDER, readMigrations } from './migrations.ts';

const name = process.argv[2];
if (!name || !/^[a-z0-9_]+$/.test(name)) {
  console.error('Name the migration in lower case letters, digits and underscores: npm run migration -- add_column');
  process.exit(1);
}
const schema = await readFile(fileURLToPath(new URL('./schema.prisma', import.meta.url)), 'utf8');
const last = (await readMigrations(MIGRATIONS_FOLDER)).at(-1);
const previous = last ? await readFile(join(MIGRATIONS_FOLDER, last.name, 'schema.prisma'), 'utf8') : null;
const postgres = await startTemporaryPostgres();
const sql = await diffSchemas(postgres.databaseUrl, previous, schema).finally(postgres.stop);
if (sql.trim() === '') {
  console.log('The migrations already lead to the schema.');
} else {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = join(MIGRATIONS_FOLDER, `${stamp}_${name}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'migration.sql'), sql);
  await writeFile(join(folder, 'schema.prisma'), schema);
  await writeFile(join(MIGRATIONS_FOLDER, 'migration_lock.toml'), 'provider = "postgresql"\n');
  console.log(`Wrote ${join(folder, 'migration.sql')}. Read it before you keep it.`);
}
