/**
 * `npm run check`: types, lint and format, import rules, file lengths, and nothing of one machine in the tree.
 * Every part is run, so that one look shows all that is wrong.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureDatabaseClient, ensurePackages } from './setup/build.mjs';
import { ROOT, run } from './setup/common.mjs';
import { orExplain } from './setup.mjs';

const FAULT_LINES = 500;
const LONG_LINES = 300;
const SHOWN_LINES = 200;
const ROOMS = 'activities api bench cli config contracts kinds prisma sandbox stack tests web workers workflows'.split(
  ' ',
);

const bin = (...path) => join(ROOT, 'node_modules', ...path);

/** Runs a program of node_modules. What it wrote is the error, at length: it is what has to be mended. */
function node(file, ...args) {
  const done = spawnSync(process.execPath, [file, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, FORCE_COLOR: '0' },
    timeout: 5 * 60_000,
    maxBuffer: 64 * 1024 ** 2,
  });
  if (done.status === 0) return;
  const lines = `${done.stdout}${done.stderr}`.trim().split('\n');
  const rest = lines.length > SHOWN_LINES ? [`… and ${lines.length - SHOWN_LINES} lines more`] : [];
  throw new Error([...lines.slice(0, SHOWN_LINES), ...rest].join('\n') || String(done.error ?? done.signal));
}

/** The types of dashboard and command line follow the routes: they are generated anew before anything is checked. */
async function generateClient() {
  const document = join(ROOT, 'api', 'openapi.json');
  await run(process.execPath, ['--import', 'tsx', join(ROOT, 'api', 'openapi.main.ts'), document]);
  node(bin('openapi-typescript', 'bin', 'cli.js'), document, '-o', join(ROOT, 'contracts', 'openapi.d.ts'));
}

/** Tracked files, and new ones that are not ignored. @param {string} root @returns {string[]} */
export function projectFiles(root) {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 ** 2,
  });
  if (listed.status !== 0) throw new Error(`git could not list the files: ${listed.stderr ?? listed.error?.message}`);
  return [...new Set(listed.stdout.split('\0').filter(Boolean))].filter(
    (path) => existsSync(join(root, path)) && lstatSync(join(root, path)).isFile(),
  );
}

/**
 * Source files over 500 lines, which is a fault, and over 300, which is worth a second thought.
 * @param {string} root @param {string[]} files @returns {{ faults: string[], warnings: string[] }}
 */
export function longFiles(root, files) {
  const faults = [];
  const warnings = [];
  for (const path of files.filter((name) => /\.(ts|tsx|mjs)$/.test(name))) {
    const lines = readFileSync(join(root, path), 'utf8').split('\n').length - 1;
    if (lines > FAULT_LINES) faults.push(`${path} has ${lines} lines; ${FAULT_LINES} is the limit.`);
    else if (lines > LONG_LINES)
      warnings.push(`${path} has ${lines} lines; above ${LONG_LINES} it may hold two subjects.`);
  }
  return { faults, warnings };
}

// Written in parts, so that this file does not find itself.
const HOME_PATH = /(^|[\s"'`=(:,])\/(root|work|home\/[\w.-]+|Users\/[\w.-]+)\/[\w.-]/;
const PUBLIC_REGISTRY = new RegExp(['registry\\.npmjs\\.', 'pypi\\.org/simple', 'files\\.pythonhosted\\.'].join('|'));

/**
 * Lines that hold an absolute path of a person's machine, or the address of a package registry.
 * @param {string} root @param {string[]} files @param {string[]} [hosts] further registries, by host name
 */
export function machineTraces(root, files, hosts = []) {
  const faults = [];
  for (const path of files) {
    const text = readFileSync(join(root, path), 'utf8');
    if (text.includes('\0')) continue;
    for (const [index, line] of text.split('\n').entries()) {
      const at = `${path}:${index + 1}`;
      if (HOME_PATH.test(line)) faults.push(`${at} holds a path of one machine.`);
      const registry = PUBLIC_REGISTRY.test(line) || hosts.some((host) => line.includes(host));
      if (registry && path !== 'stack/check.mjs') faults.push(`${at} holds the address of a package registry.`);
    }
  }
  return faults;
}

/** The registry that npm uses here, whose address must not get into package-lock.json. */
async function registryHosts() {
  const address = process.env.npm_config_registry ?? (await run('npm', ['config', 'get', 'registry']).catch(() => ''));
  const found = /https?:\/\/[^\s/]+/.exec(address);
  return found ? [new URL(found[0]).hostname] : [];
}

const existingRooms = () => ROOMS.filter((room) => existsSync(join(ROOT, room)));
const throwIfAny = (faults) => {
  if (faults.length > 0) throw new Error(faults.join('\n'));
};

const CHECKS = [
  ['client of the API', generateClient],
  ['types', () => node(bin('typescript', 'bin', 'tsc'), '--noEmit', '-p', 'tsconfig.json')],
  ['types of the dashboard', () => node(bin('typescript', 'bin', 'tsc'), '--noEmit', '-p', 'web/tsconfig.json')],
  ['lint and format', () => node(bin('@biomejs', 'biome', 'bin', 'biome'), 'ci', '--colors=off', '.')],
  [
    'import rules',
    () =>
      node(
        bin('dependency-cruiser', 'bin', 'dependency-cruise.mjs'),
        ...['--config', '.dependency-cruiser.cjs', '--output-type', 'err-long'],
        ...existingRooms(),
      ),
  ],
  [
    'file lengths',
    () => {
      const { faults, warnings } = longFiles(ROOT, projectFiles(ROOT));
      for (const warning of warnings) console.log(`  note: ${warning}`);
      throwIfAny(faults);
    },
  ],
  ['nothing of one machine', async () => throwIfAny(machineTraces(ROOT, projectFiles(ROOT), await registryHosts()))],
];

async function check() {
  await orExplain(async () => {
    await ensurePackages();
    await ensureDatabaseClient();
  });
  let failed = 0;
  for (const [title, action] of CHECKS) {
    try {
      await action();
      console.log(`ok      ${title}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${title}\n${error instanceof Error ? error.message : error}`);
    }
  }
  if (failed > 0) {
    console.log(`${failed} of ${CHECKS.length} checks failed.`);
    process.exitCode = 1;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) await check();
