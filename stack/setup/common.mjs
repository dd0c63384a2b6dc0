import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
export const TOOLS = join(ROOT, 'tools');

/** A reason why the set-up cannot go on: one sentence with the way out. */
export class SetupError extends Error {}

/** @param {string} line */
export function say(line) {
  console.log(line);
}

/**
 * Runs a program to its end. Its output is kept back and shown only in the error.
 * @param {string} file
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, timeoutMs?: number, cwd?: string }} [options]
 * @returns {Promise<string>} what it wrote
 */
export function run(file, args, { env = {}, timeoutMs = 15 * 60_000, cwd = ROOT } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(output);
      const end = telling(output).slice(-15).join('\n');
      const npmCode = /^npm error code (\w+)/m.exec(output)?.[1] ?? '';
      reject(
        new Error(
          `${file} ${args[0] ?? ''} ended with ${signal ?? `exit code ${code}`}${npmCode && ` (${npmCode})`}\n${end}`,
        ),
      );
    });
  });
}

/** The lines that say something: npm explains all of its options with every error. @param {string} output */
function telling(output) {
  const lines = output.split('\n').map((line) => line.trimEnd());
  const usage = lines.findIndex((line) => /^npm error (Usage|Clean install a project)/.test(line));
  return lines
    .slice(0, usage < 0 ? undefined : usage)
    .filter((line) => line !== '' && !/^npm (warn|error)$/.test(line));
}

/** Runs npm: the one that runs this script, where there is one. @param {string[]} args */
export function npm(args) {
  const script = process.env.npm_execpath;
  return script?.endsWith('.js') ? run(process.execPath, [script, ...args]) : run('npm', args);
}

/** @param {string | undefined} path */
export function isExecutable(path) {
  if (!path) return false;
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The first of these programs on the PATH. @param {string[]} names */
export function onPath(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** Whether a program runs at all; a browser without its libraries does not. @param {string} path @param {string} flag */
export async function answers(path, flag) {
  return run(path, [flag], { timeoutMs: 20_000 }).then(
    () => true,
    () => false,
  );
}

/** One hash over files and folders, by path and content. @param {string[]} paths @param {string[]} [ignored] */
export function hashOf(paths, ignored = []) {
  const hash = createHash('sha256');
  /** @param {string} path */
  const add = (path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) return;
    if (stat.isDirectory()) {
      for (const name of readdirSync(path).sort()) if (!ignored.includes(name)) add(join(path, name));
    } else {
      hash.update(path.slice(ROOT.length)).update('\0').update(readFileSync(path)).update('\0');
    }
  };
  for (const path of paths) add(path);
  return hash.digest('hex');
}

/** @param {string} file */
export function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
