import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { envSchema } from '../../config/env.ts';

const ROOT = join(__dirname, '..', '..');
const DOCUMENTS = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)].filter((path) =>
  path.endsWith('.md'),
);
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** What stands in code style and names a file of the project; `docs/adding-…` may name files that are to be written. */
function namedFiles(text: string): string[] {
  return [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)+\.(?:tsx?|mjs|cjs|md|json|prisma|yml))`/g)].map(
    ([, path = '']) => path,
  );
}
const TO_BE_WRITTEN = /^kinds\/bio(\.test)?\.ts$/;

describe('the documents', () => {
  it('name every variable of the environment in the README', () => {
    const rows = read('README.md')
      .split('\n')
      .filter((line) => /^\| `[A-Z]/.test(line));
    const named = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name));
    expect(named.sort()).toEqual(Object.keys(envSchema.shape).sort());
  });

  it.each(DOCUMENTS)('%s names only files that exist', (path) => {
    const missing = namedFiles(read(path)).filter((name) => !TO_BE_WRITTEN.test(name) && !existsSync(join(ROOT, name)));
    expect(missing).toEqual([]);
  });

  it.each(DOCUMENTS)('%s links only to files that exist', (path) => {
    const links = [...read(path).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !existsSync(join(ROOT, path, '..', link)))).toEqual([]);
  });
});
