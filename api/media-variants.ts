import { join } from 'node:path';
import { detectFile } from '../activities/media/detect.ts';
import { probeFile } from '../activities/media/probe.ts';
import type { MediaStore } from '../activities/media/store.ts';
import { createMediaStore } from '../activities/media/store.ts';
import { makeThumbnail } from '../activities/media/thumbnail.ts';
import type { MediaVariant } from '../prisma/generated/client.ts';
import type { Deps } from './deps.ts';
import type { VariantOwner } from './media-schemas.ts';
import { listVariantsQuery, toVariant, variantParams, variantSchema } from './media-schemas.ts';
import { afterCursor, newestFirst, pageOf, toPage } from './pages.ts';
import { notFound } from './problem.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';
import { fileResponses, MEDIA_TYPES, sendFile } from './send-file.ts';

const tags = ['Media'];

/** How many variants the page of one file shows at once; the others are listed in pages. */
const SHOWN_VARIANTS = 100;

/** Thumbnails of variants are made when they are first looked at; each lies under the hash of its variant. */
export function variantThumbnails(media: Pick<MediaStore, 'folder'>): MediaStore {
  return createMediaStore(join(media.folder, 'variant-thumbnails'));
}

async function withOwners(rows: readonly MediaVariant[], { db }: Deps): Promise<Map<string, VariantOwner>> {
  const ids = [...new Set(rows.flatMap(({ accountId }) => accountId ?? []))];
  const owners = await db.account.findMany({
    where: { id: { in: ids } },
    select: { id: true, platform: true, username: true },
  });
  return new Map(owners.map((owner) => [owner.id, owner]));
}

/** What the page of one file says of its variants. */
export async function variantsOf(assetId: string, deps: Deps) {
  const [rows, variantCount] = await Promise.all([
    deps.db.mediaVariant.findMany({ where: { assetId }, orderBy: newestFirst, take: SHOWN_VARIANTS }),
    deps.db.mediaVariant.count({ where: { assetId } }),
  ]);
  const owners = await withOwners(rows, deps);
  return { variants: rows.map((row) => toVariant(row, owners)), variantCount };
}

async function findVariant({ id, variantId }: { id: string; variantId: string }, deps: Deps): Promise<MediaVariant> {
  const row = await deps.db.mediaVariant.findFirst({ where: { id: variantId, assetId: id } });
  if (!row) throw notFound('There is no such variant.');
  if (!(await deps.media.has(row.sha256))) throw notFound('There are no such bytes here.');
  return row;
}

export const mediaVariantRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/media/{id}/variants',
    operationId: 'listVariants',
    summary: 'Variants of a file, newest first',
    description: 'Of all accounts, or of one; of all bulk tasks, or of one.',
    tags,
    access: 'viewer',
    params: idParams,
    query: listVariantsQuery,
    responses: { 200: { description: 'One page', schema: pageOf(variantSchema) } },
    async handler({ params, query: { accountId, taskId, cursor, limit }, deps }) {
      const rows = await deps.db.mediaVariant.findMany({
        where: {
          AND: [{ assetId: params.id }, accountId ? { accountId } : {}, taskId ? { taskId } : {}, afterCursor(cursor)],
        },
        orderBy: newestFirst,
        take: limit + 1,
      });
      const owners = await withOwners(rows, deps);
      return { status: 200, body: toPage(rows, limit, (row) => toVariant(row, owners)) };
    },
  }),
  route({
    method: 'get',
    path: '/api/media/{id}/variants/{variantId}/content',
    operationId: 'getVariantContent',
    summary: 'A rendered variant',
    description: 'With range requests.',
    tags,
    access: 'viewer',
    params: variantParams,
    responses: fileResponses(MEDIA_TYPES),
    async handler({ params, req, res, deps, signal }) {
      const { id, sha256 } = await findVariant(params, deps);
      const detected = await detectFile(deps.media.pathOf(sha256));
      const [contentType, ext] =
        detected.kind === 'rejected' ? ['application/octet-stream', 'bin'] : [detected.mime, detected.ext];
      return await sendFile(req, res, { store: deps.media, sha256, contentType, fileName: `${id}.${ext}` }, signal);
    },
  }),
  route({
    method: 'get',
    path: '/api/media/{id}/variants/{variantId}/thumbnail',
    operationId: 'getVariantThumbnail',
    summary: 'A JPEG of at most 480 pixels a side',
    tags,
    access: 'viewer',
    params: variantParams,
    responses: fileResponses('image/jpeg'),
    async handler({ params, req, res, deps, signal }) {
      const { id, sha256 } = await findVariant(params, deps);
      const store = variantThumbnails(deps.media);
      if (!(await store.has(sha256))) {
        const sourcePath = deps.media.pathOf(sha256);
        const probe = await probeFile(sourcePath, { signal });
        await makeThumbnail({ sourcePath, probe, outPath: store.pathOf(sha256), signal });
      }
      return await sendFile(req, res, { store, sha256, contentType: 'image/jpeg', fileName: `${id}.jpg` }, signal);
    },
  }),
];
