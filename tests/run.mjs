/**
 * Runs the tests in groups and ends with one line: `N passed, N failed`.
 * `node tests/run.mjs [pattern …] [jest option …]`; a pattern is a folder or file of the project, or part of a path in it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chosen } from './chosen.mjs';

/** As jest names it, so that paths from here on are within it. */
const ROOT = realpathSync(fileURLToPath(new URL('..', import.meta.url)));
const JEST = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
const MINUTE = 60_000;
/** A bound against hanging, with room for a slow machine. */
const DEADLINE = Date.now() + 80 * MINUTE;
/** How long jest may take to end once its results are written: something that a test left open keeps it. */
const ENDING_MS = 20_000;

/** Unit tests share the processor; the others start servers and browsers, and have the machine to themselves. */
const GROUPS = [
  {
    name: 'unit',
    holds: (path) => !/^tests\/(workflows|contract|replay|e2e|chaos)\//.test(path),
    minutes: 25,
    workers: 2,
  },
  ...[
    ['workflows', 15],
    ['contract', 25],
    ['replay', 8],
    ['e2e', 58],
    ['chaos', 15],
  ].map(([name, minutes]) => ({ name, holds: (path) => path.startsWith(`tests/${name}/`), minutes, workers: 1 })),
];

/** What jest says of its own options, with every file by name. */
const SAYS_NOTHING = /^\S*(Ran all test suites|Test results written to)/;

const OPTIONS_WITH_A_VALUE = new Set(['-t', '--testNamePattern', '--testTimeout', '--seed']);

/** @param {string[]} args @returns {{ patterns: string[], options: string[] }} */
function readArguments(args) {
  const patterns = [];
  const options = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at];
    if (!arg.startsWith('-')) patterns.push(arg);
    else options.push(arg, ...(OPTIONS_WITH_A_VALUE.has(arg) ? [args[++at] ?? ''] : []));
  }
  return { patterns, options };
}

const env = {
  ...process.env,
  NODE_ENV: 'test',
  ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}),
};

/** @returns {string[]} the paths of all test files, from the root and with forward slashes */
function listTests() {
  const listed = spawnSync(process.execPath, [JEST, '--listTests', '--json'], { cwd: ROOT, env, encoding: 'utf8' });
  if (listed.status !== 0) throw new Error(`jest could not list the tests:\n${listed.stderr}`);
  return JSON.parse(listed.stdout)
    .map((path) => relative(ROOT, path).split(sep).join('/'))
    .sort();
}

/** @type {(() => void) | undefined} */
let killRunning;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    killRunning?.();
    process.exit(1);
  });
}

/**
 * Runs jest as a process group of its own, so that whatever it started can be ended with it.
 * @param {string[]} args @param {string} resultFile @param {number} limitMs
 * @returns {Promise<{ overran: boolean, lingered: boolean }>}
 */
function runJest(args, resultFile, limitMs) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [JEST, ...args], {
      cwd: ROOT,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        if (!SAYS_NOTHING.test(line)) console.log(line);
      });
    }
    let overran = false;
    let lingered = false;
    const kill = () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The group has ended.
      }
    };
    killRunning = kill;
    const limit = setTimeout(() => {
      overran = !existsSync(resultFile);
      lingered = !overran;
      kill();
    }, limitMs);
    let writtenAt = 0;
    const watch = setInterval(() => {
      if (writtenAt === 0 && existsSync(resultFile)) writtenAt = Date.now();
      if (writtenAt === 0 || Date.now() - writtenAt < ENDING_MS) return;
      lingered = true;
      kill();
    }, 500);
    const end = () => {
      clearTimeout(limit);
      clearInterval(watch);
      kill();
      killRunning = undefined;
      resolve({ overran, lingered });
    };
    child.once('error', end);
    // 'close' waits for everything that holds the output open, which a process left behind does for ever.
    child.once('exit', () => setTimeout(end, 300));
  });
}

/**
 * The counts of one group. A file that failed without a failed test, as one that did not load, is one failure.
 * @param {string} resultFile
 */
function countsOf(resultFile) {
  const results = JSON.parse(readFileSync(resultFile, 'utf8'));
  const broken = results.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + broken.length,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

const { patterns, options } = readArguments(process.argv.slice(2));
const total = { passed: 0, failed: 0, skipped: 0 };
const reasons = [];
const folder = mkdtempSync(join(tmpdir(), 'flotilla-tests-'));
try {
  const paths = chosen(listTests(), patterns, (path) => existsSync(join(ROOT, path)));
  for (const group of GROUPS) {
    const files = paths.filter(group.holds);
    if (files.length === 0) continue;
    const limitMs = Math.min(group.minutes * MINUTE, DEADLINE - Date.now());
    if (limitMs < 5_000) {
      total.failed += 1;
      reasons.push(`The group ${group.name} was not run: no time was left for it.`);
      continue;
    }
    console.log(`\n── ${group.name}: ${files.length} ${files.length === 1 ? 'file' : 'files'} ──`);
    const resultFile = join(folder, `${group.name}.json`);
    const parallel = group.workers > 1 ? [`--maxWorkers=${group.workers}`] : ['--runInBand'];
    const { overran, lingered } = await runJest(
      [...parallel, '--json', `--outputFile=${resultFile}`, ...options, '--runTestsByPath', ...files],
      resultFile,
      limitMs,
    );
    if (lingered) reasons.push(`The group ${group.name} had to be ended: a test left something open.`);
    if (existsSync(resultFile)) {
      const counts = countsOf(resultFile);
      for (const key of Object.keys(total)) total[key] += counts[key];
    } else {
      total.failed += 1;
      const end = overran ? `did not end within ${Math.round(limitMs / 1000)} s` : 'ended without results';
      reasons.push(`The group ${group.name} ${end}; it counts as one failure.`);
    }
  }
  if (total.passed + total.failed === 0) reasons.push('No test ran.');
} catch (error) {
  total.failed += 1;
  reasons.push(error instanceof Error ? error.message : String(error));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

console.log(['', ...reasons].join('\n'));
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
