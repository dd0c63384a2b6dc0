import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, npm, ROOT, readText, run, SetupError, say } from './common.mjs';

const MODULES = join(ROOT, 'node_modules');

/** Installs the packages of package-lock.json when they are not the ones in node_modules. */
export async function ensurePackages() {
  const stampFile = join(MODULES, '.flotilla-lock');
  const stamp = hashOf([join(ROOT, 'package-lock.json')]);
  if (readText(stampFile) === stamp) return;
  if (!isInstalled()) {
    say('Installing packages with npm; the first time this takes a minute …');
    await installPackages().catch((error) => {
      throw new SetupError(
        `The packages could not be installed. Check the connection to the registry.\n${error.message}`,
      );
    });
  }
  writeFileSync(stampFile, stamp);
}

/**
 * `npm ci` refuses a lock file that leaves out other systems' optional packages, which is what npm writes where a
 * registry carries only some of them. `npm install --no-save` keeps to the same versions and checksums and adds those.
 */
async function installPackages() {
  const options = ['--include=dev', '--no-audit', '--no-fund'];
  await npm(['ci', ...options]).catch((error) => {
    if (!error.message.includes('EUSAGE')) throw error;
    return npm(['install', '--no-save', ...options]);
  });
}

/** Whether what npm installed last, which it notes in a file of its own, is what the lock file asks for. */
function isInstalled() {
  const wanted = packagesOf(join(ROOT, 'package-lock.json'));
  const present = packagesOf(join(MODULES, '.package-lock.json'));
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || (entry.optional && !present[path])) return true;
    return present[path]?.version === entry.version;
  });
}

/** @param {string} file @returns {Record<string, { version?: string, optional?: boolean }>} */
function packagesOf(file) {
  const text = readText(file);
  return text === '' ? {} : JSON.parse(text).packages;
}

/** Generates the database client when the schema has changed. */
export async function ensureDatabaseClient() {
  const schema = join(ROOT, 'prisma', 'schema.prisma');
  const stampFile = join(ROOT, 'prisma', 'generated', '.stamp');
  const stamp = hashOf([schema, join(MODULES, 'prisma', 'package.json')]);
  if (readText(stampFile) === stamp) return;
  say('Generating the database client …');
  const env = {
    // The generator never calls the engine, yet Prisma downloads one unless it is told of an existing program.
    PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  };
  const prisma = join(MODULES, 'prisma', 'build', 'index.js');
  await run(process.execPath, [prisma, 'generate', '--schema', schema], { env }).catch((error) => {
    throw new SetupError(`The database client could not be generated from prisma/schema.prisma.\n${error.message}`);
  });
  writeFileSync(stampFile, stamp);
}

/** Builds the dashboard when its sources have changed. */
export async function ensureDashboard() {
  const web = join(ROOT, 'web');
  if (!existsSync(join(web, 'index.html'))) {
    say('There is no dashboard to build: web/index.html does not exist.');
    return;
  }
  const stampFile = join(web, 'dist', '.stamp');
  const sources = [web, ...['contracts', 'kinds', 'package-lock.json'].map((name) => join(ROOT, name))];
  const stamp = hashOf(sources, ['dist', 'node_modules']);
  if (readText(stampFile) === stamp) return;
  say('Building the dashboard …');
  await run(process.execPath, [join(MODULES, 'vite', 'bin', 'vite.js'), 'build', 'web']).catch((error) => {
    throw new SetupError(`The dashboard could not be built.\n${error.message}`);
  });
  writeFileSync(stampFile, stamp);
}
