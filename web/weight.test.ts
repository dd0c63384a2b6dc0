import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FIRST_LOAD, type Weight, weightOf } from './weight.ts';

/** What the dashboard may weigh before the overview shows: all of its scripts, compressed. */
const BAR_BYTES = 250_000;

let dist: string;
let weight: Weight;

beforeAll(() => {
  dist = mkdtempSync(join(tmpdir(), 'flotilla-weight-'));
  // In a process of its own: the bundler is an ES module, which the tests' loader does not take.
  const vite = join(process.cwd(), 'node_modules', 'vite', 'bin', 'vite.js');
  execFileSync(process.execPath, [vite, 'build', 'web', '--outDir', dist, '--logLevel', 'error'], {
    env: { ...process.env, NODE_ENV: 'production' },
  });
  weight = weightOf(dist, FIRST_LOAD);
});
afterAll(() => rmSync(dist, { recursive: true, force: true }));

describe('the first load of the dashboard', () => {
  it('is under 250 kB of compressed script', () => {
    expect(weight.gzipBytes).toBeLessThan(BAR_BYTES);
  });

  it('reads no other page, no chart and no palette', () => {
    const names = weight.files.map(({ file }) => file).join(' ');
    expect(names).not.toMatch(/accounts-page|task-page|palette|plot/);
  });
});
