import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';

/** Raised when a backup can no longer be read the way it was. */
export const BACKUP_FORMAT = 1;
export const MANIFEST_FILE = 'manifest.json';

/** A path inside the backup: no way leads out of it. */
const insidePath = z.string().regex(/^(?!.*(^|\/)\.{1,2}(\/|$))[\w.-]+(\/[\w.-]+)*$/, 'is no path inside the backup');
const sqlName = z.string().regex(/^\w+$/);

export const manifestSchema = z.object({
  format: z.literal(BACKUP_FORMAT),
  madeAt: z.iso.datetime(),
  postgres: z.string(),
  migrations: z.array(z.object({ name: z.string(), checksum: z.string() })),
  /** In the order in which they can be filled: a table comes after those it points to. */
  tables: z.array(z.object({ name: sqlName, columns: z.array(sqlName), rows: z.int() })),
  sequences: z.array(z.object({ name: sqlName, value: z.string().nullable() })),
  keys: z.enum(['included', 'left out']),
  /** Whether the sealing key lay in the keys folder; one of the environment is in no backup. */
  sealingKey: z.enum(['file', 'environment']),
  /** Content of media and evidence that the rows name and that was not on the disk. */
  missingFiles: z.array(z.string()),
  files: z.array(z.object({ path: insidePath, bytes: z.int(), sha256: z.string().length(64) })),
});
export type Manifest = z.output<typeof manifestSchema>;

export async function sha256Of(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { sha256: hash.digest('hex'), bytes };
}

/** Paths of all files below a folder, with `/` between the parts, in a fixed order. */
export async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}
