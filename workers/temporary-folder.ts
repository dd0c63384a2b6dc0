import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeWorkFolder } from '../activities/browser/work-folder.ts';

/**
 * Gives this process a folder for temporary files below the host's own, and makes it the one that everything in the
 * process and its children uses, Playwright's profiles and traces among them. What a killed process left there, which
 * nobody would ever remove from the machine's shared folder, goes at the next start.
 * @returns removes it
 */
export function ownTemporaryFolder(hostFolder: string, role: string): () => Promise<void> {
  const before = process.env.TMPDIR;
  const folder = makeWorkFolder(join(hostFolder, 'tmp', role));
  process.env.TMPDIR = folder;
  return async () => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    await rm(folder, { recursive: true, force: true });
  };
}
