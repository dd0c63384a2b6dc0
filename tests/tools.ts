import { access, constants, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const VARIABLES: Record<string, string> = {
  temporal: 'TEMPORAL_CLI_PATH',
  'temporal-test-server': 'TEMPORAL_TEST_SERVER_PATH',
};

/** A program that the set-up has found or installed. */
export async function findTool(name: 'temporal' | 'temporal-test-server'): Promise<string> {
  const paths = JSON.parse(await readFile(join(ROOT, 'tools', 'paths.json'), 'utf8').catch(() => '{}')) as Record<
    string,
    string
  >;
  const given = process.env[VARIABLES[name] ?? ''];
  const candidates = [
    given,
    ...Object.values(paths),
    ...(process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)),
  ];
  for (const candidate of candidates) {
    if (!candidate?.endsWith(name)) continue;
    const usable = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) return candidate;
  }
  throw new Error(`${name} was not found: "node stack/setup.mjs --tests" installs it.`);
}
