import { open } from 'node:fs/promises';
import type { z } from 'zod';
import type { StoredFile } from '../../activities/media/store.ts';
import { say } from '../../contracts/said.ts';
import type { evidenceMetaSchema } from '../../contracts/worker-api.ts';
import type { Deps } from '../deps.ts';
import { notFound, Problem } from '../problem.ts';
import { queryOne } from './sql.ts';
import { addEvent } from './timeline.ts';

type Meta = z.output<typeof evidenceMetaSchema>;

const SIGNATURES: readonly { kind: Meta['kind']; contentType: string; bytes: Buffer }[] = [
  { kind: 'screenshot', contentType: 'image/png', bytes: Buffer.from('89504e470d0a1a0a', 'hex') },
  { kind: 'screenshot', contentType: 'image/jpeg', bytes: Buffer.from('ffd8ff', 'hex') },
  { kind: 'trace', contentType: 'application/zip', bytes: Buffer.from('504b', 'hex') },
];

/** What the first bytes say, not what the sender does: it is served to browsers under this type. */
async function contentTypeOf(path: string, kind: Meta['kind']): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
    const start = buffer.subarray(0, bytesRead);
    const found = SIGNATURES.find((one) => one.kind === kind && start.subarray(0, one.bytes.length).equals(one.bytes));
    if (found) return found.contentType;
  } finally {
    await file.close();
  }
  throw new Problem(415, kind === 'trace' ? 'A trace is a ZIP file.' : 'A screenshot is a PNG or JPEG file.');
}

/**
 * Notes a stored file as evidence of an account task, on its timeline too.
 * @throws Problem 404 when there is no such account task, 415 for a file of another type
 */
export async function keepEvidence(deps: Pick<Deps, 'db'>, meta: Meta, file: StoredFile): Promise<string> {
  const contentType = await contentTypeOf(file.path, meta.kind);
  return deps.db.$transaction(async (tx) => {
    const kept = await queryOne<{ id: string; taskId: string }>(
      tx,
      `WITH task AS (SELECT id, "taskId" FROM "AccountTask" WHERE id = $1::uuid), kept AS (
         INSERT INTO "Evidence" ("accountTaskId", step, kind, "contentType", sha256, bytes)
         SELECT id, $2, $3, $4, $5, $6::int FROM task RETURNING id
       ) SELECT kept.id, task."taskId" FROM kept, task`,
      meta.accountTaskId,
      meta.step,
      meta.kind,
      contentType,
      file.sha256,
      file.bytes,
    );
    if (!kept) throw notFound(say('none.some-account-task', { id: meta.accountTaskId }));
    await addEvent(tx, {
      taskId: kept.taskId,
      accountTaskId: meta.accountTaskId,
      type: 'evidence',
      data: { evidenceId: kept.id, step: meta.step, kind: meta.kind },
    });
    return kept.id;
  });
}

/** Removes the file of evidence that was refused, unless other evidence has the same bytes. */
export async function removeUnusedEvidence(
  { db, evidenceStore }: Pick<Deps, 'db' | 'evidenceStore'>,
  sha256: string,
): Promise<void> {
  const used = await db.evidence.findFirst({ where: { sha256 }, select: { id: true } });
  if (!used) await evidenceStore.remove(sha256);
}
