import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { machine } from './report.ts';

/**
 * All benches, one after another, each in a process of its own so that none pays for what another left behind.
 * `npm run bench` for all, `npm run bench -- fanout media` for some. They start stacks of their own beside a running
 * one, which takes its share of the processor: stop it for numbers that mean something.
 */
const BENCHES = ['media', 'fanout', 'api', 'load', 'browser', 'proxies', 'dashboard'] as const;
const LIMIT_MS = 30 * 60_000;
const folder = dirname(fileURLToPath(import.meta.url));

/** What a bench told, line by line as it came. @returns its exit code, or null when it was ended */
function run(path: string): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', path], {
      cwd: join(folder, '..'),
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const limit = setTimeout(() => child.kill('SIGTERM'), LIMIT_MS);
    const pass = (signal: NodeJS.Signals) => child.kill(signal);
    process.on('SIGINT', pass).on('SIGTERM', pass);
    const done = (code: number | null) => {
      clearTimeout(limit);
      process.off('SIGINT', pass).off('SIGTERM', pass);
      resolve(code);
    };
    child.once('error', () => done(null));
    child.once('exit', done);
  });
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(BENCHES as readonly string[]).includes(name));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}; there are ${BENCHES.join(', ')}.`);
  process.exit(2);
}
console.log(`Machine: ${machine()}`);
const failed: string[] = [];
for (const name of BENCHES.filter((bench) => asked.length === 0 || asked.includes(bench))) {
  const path = join(folder, `${name}.ts`);
  if (!existsSync(path)) continue;
  console.log(`\n## ${name}`);
  if ((await run(path)) !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.error(`\nNot finished: ${failed.join(', ')}.`);
  process.exitCode = 1;
}
