import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** What the build writes of each of its files. */
interface Chunk {
  file: string;
  imports?: string[];
  dynamicImports?: string[];
}
type Manifest = Record<string, Chunk>;

export interface Weight {
  files: { file: string; gzipBytes: number }[];
  gzipBytes: number;
}

/** Source files whose scripts a first visit of the overview reads: the entry, the page, and its texts. */
export const FIRST_LOAD = [
  'index.html',
  'src/pages/overview.tsx',
  'src/i18n/en/overview.ts',
  // The larger of the two languages: nobody reads both.
  'src/i18n/ru/common.ts',
  'src/i18n/ru/overview.ts',
] as const;

/**
 * The scripts that are read for these source files, with what they import, each once and compressed.
 * @param dist the folder that `vite build` wrote
 * @throws Error when the build holds no such file
 */
export function weightOf(dist: string, sources: readonly string[]): Weight {
  const manifest = JSON.parse(readFileSync(join(dist, '.vite', 'manifest.json'), 'utf8')) as Manifest;
  const files = new Set<string>();
  const add = (name: string): void => {
    const chunk = manifest[name];
    if (!chunk) throw new Error(`The build holds no ${name}.`);
    if (files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const one of chunk.imports ?? []) add(one);
  };
  for (const source of sources) add(source);
  const weighed = [...files]
    .map((file) => ({ file, gzipBytes: gzipSync(readFileSync(join(dist, file))).length }))
    .sort((one, other) => other.gzipBytes - one.gzipBytes);
  return { files: weighed, gzipBytes: weighed.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0) };
}
