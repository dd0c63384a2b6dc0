import { say } from '../contracts/said.ts';
import { FINAL_BULK_STATES } from '../contracts/states.ts';
import { findKind } from '../kinds/index.ts';
import type { Prisma } from '../prisma/generated/client.ts';
import type { Deps } from './deps.ts';
import { variantThumbnails } from './media-variants.ts';
import { conflict, notFound } from './problem.ts';

type Transaction = Prisma.TransactionClient;

/** Writers and removers of the same bytes take turns, in every process, until their transaction ends. */
export async function lockContent(tx: Transaction, sha256: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('content/' || ${sha256}, 0))`;
}

/** Removes files that no asset, variant or thumbnail names any more. */
export async function removeUnused(hashes: readonly string[], deps: Deps): Promise<void> {
  for (const sha256 of new Set(hashes)) {
    await deps.db.$transaction(async (tx) => {
      await lockContent(tx, sha256);
      const asset = await tx.mediaAsset.findFirst({
        where: { OR: [{ sha256 }, { thumbSha256: sha256 }] },
        select: { id: true },
      });
      const variant = await tx.mediaVariant.findFirst({ where: { sha256 }, select: { id: true } });
      if (!asset && !variant) await deps.media.remove(sha256);
      if (!variant) await variantThumbnails(deps.media).remove(sha256);
    });
  }
}

/** Name of an unfinished bulk task whose params name this asset, if there is one. */
async function findUser(tx: Transaction, id: string): Promise<string | undefined> {
  const finals = [...FINAL_BULK_STATES];
  const tasks = await tx.$queryRaw<{ name: string; kind: string; params: unknown }[]>`
    SELECT name, kind, params FROM "BulkTask"
    WHERE NOT state = ANY(${finals}::text[]) AND params::text ILIKE ${`%${id}%`}`;
  return tasks.find(({ kind, params }) => {
    const definition = findKind(kind);
    const parsed = definition?.params.safeParse(params);
    const ids = parsed?.success ? (definition?.mediaIds?.(parsed.data) ?? []) : [];
    return ids.some((mediaId) => mediaId.toLowerCase() === id.toLowerCase());
  })?.name;
}

/**
 * Deletes an asset with its variants and their files.
 * @throws Problem 404, or 409 while an unfinished bulk task needs it
 */
export async function deleteMedia(id: string, deps: Deps): Promise<void> {
  const hashes = await deps.db.$transaction(async (tx) => {
    const row = await tx.mediaAsset.findUnique({ where: { id }, include: { variants: true } });
    if (!row) throw notFound('There is no such file in the library.');
    const user = await findUser(tx, id);
    if (user !== undefined) {
      throw conflict(say('account.file-used', { name: user }));
    }
    await tx.mediaAsset.delete({ where: { id } });
    const thumbnail = row.thumbSha256 ? [row.thumbSha256] : [];
    return [row.sha256, ...thumbnail, ...row.variants.map(({ sha256 }) => sha256)];
  });
  await removeUnused(hashes, deps);
}
