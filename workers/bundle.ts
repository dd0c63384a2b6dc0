import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkflowBundle } from '@temporalio/worker';
import { bundleWorkflowCode } from '@temporalio/worker';
import type { Logger } from '../config/logger.ts';
import { temporalLogger } from './runtime.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** All that can end up in a bundle: a change in any of it makes a new one. */
const SOURCES = ['workflows', 'kinds', 'contracts', 'package-lock.json'];

/** Raised when the way of bundling changes. */
const BUNDLED_AS = 2;

async function filesOf(path: string): Promise<string[]> {
  if (path.endsWith('.json')) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function sourceHash(entryPath: string, failureConverterPath = ''): Promise<string> {
  const hash = createHash('sha256').update(`${BUNDLED_AS} ${entryPath}`);
  hash.update(failureConverterPath).update(process.version);
  const files = (await Promise.all(SOURCES.map((source) => filesOf(join(ROOT, source))))).flat();
  for (const file of [...files, entryPath]) hash.update(file).update(await readFile(file));
  return hash.digest('hex').slice(0, 24);
}

/**
 * The workflow code as one bundle, from `cacheFolder` when nothing it is made of has changed: bundling takes longer
 * than everything else at a start.
 */
export async function workflowBundle(options: {
  cacheFolder: string;
  log: Logger;
  entryPath?: string;
  /** See {@link ENCODED_FAILURES}. */
  failureConverterPath?: string;
}): Promise<WorkflowBundle> {
  const { failureConverterPath } = options;
  const entryPath = options.entryPath ?? join(ROOT, 'workflows', 'index.ts');
  const path = join(options.cacheFolder, `workflows-${await sourceHash(entryPath, failureConverterPath)}.js`);
  const cached = await readFile(path, 'utf8').catch(() => null);
  if (cached !== null) return { code: cached };
  const bundle = await bundleWorkflowCode({
    workflowsPath: entryPath,
    workflowInterceptorModules: [join(ROOT, 'workflows', 'tracing.ts')],
    ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
    logger: temporalLogger(options.log),
  });
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, bundle.code);
  await rename(draft, path);
  return bundle;
}
