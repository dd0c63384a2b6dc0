import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const CRUISER = join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
export const RULES = join(ROOT, '.dependency-cruiser.cjs');

export interface Violation {
  rule: string;
  from: string;
  to: string;
}

/** Writes files, by path and content, into a folder of their own. */
export async function plant(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-rules-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

export const uproot = (folder: string) => rm(folder, { recursive: true, force: true });

/** A package that the rules can see, without its content. */
export function packageFiles(name: string): Record<string, string> {
  return {
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
    [`node_modules/${name}/index.js`]: 'module.exports = {};\n',
  };
}

/** Applies the project's import rules to the folders of another tree. */
export async function violationsIn(folder: string, rooms: string[]): Promise<Violation[]> {
  const args = [CRUISER, '--config', RULES, '--output-type', 'json', ...rooms];
  const text = await new Promise<string>((resolve, reject) => {
    // The exit code is the number of violations; whether there is a result at all shows in the output.
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 64 * 1024 ** 2 }, (error, stdout, stderr) =>
      stdout.startsWith('{') ? resolve(stdout) : reject(error ?? new Error(stderr)),
    );
  });
  const result = JSON.parse(text) as {
    summary: { violations: { rule: { name: string }; from: string; to: string }[] };
  };
  return result.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
}
