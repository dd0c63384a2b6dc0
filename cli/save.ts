import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { Context } from './context.ts';
import { CliError, usage } from './failure.ts';
import { outputPath } from './files.ts';

/**
 * Writes an answer as it comes into a file, or to standard output. A file that did not come whole is removed.
 * @throws CliError of usage where `--json` promises that stdout holds JSON
 */
export async function saveResponse(
  { out }: Context,
  ask: () => Promise<Response>,
  file: string | undefined,
): Promise<void> {
  if (file === undefined && out.json) throw usage('The export is CSV: with --json, name a file with --output.');
  const body = Readable.fromWeb((await ask()).body as ReadableStream);
  if (file === undefined) {
    await pipeline(body, process.stdout, { end: false });
    return;
  }
  const path = outputPath(file);
  try {
    await pipeline(body, createWriteStream(path, { mode: 0o600 }));
  } catch (error) {
    await rm(path, { force: true });
    throw new CliError(`${file} could not be written: ${error instanceof Error ? error.message : error}`);
  }
  out.result({ file: path }, () => out.say(`${file} is written.`));
}
