import { z } from 'zod';
import { detectFile } from '../activities/media/detect.ts';
import { checkAccess } from './auth.ts';
import type { Deps } from './deps.ts';
import { checkLink, signLink } from './media-links.ts';
import { hashParams } from './media-schemas.ts';
import { notFound } from './problem.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';
import { fileResponses, MEDIA_TYPES, sendFile } from './send-file.ts';

const tags = ['Media'];
const mediaResponses = fileResponses(MEDIA_TYPES);
const thumbnailResponses = fileResponses('image/jpeg');

async function findAsset(id: string, deps: Deps) {
  const row = await deps.db.mediaAsset.findUnique({ where: { id } });
  if (!row) throw notFound('There is no such file in the library.');
  return row;
}

async function typeOf(sha256: string, deps: Deps): Promise<string> {
  if (!(await deps.media.has(sha256))) throw notFound('There are no such bytes here.');
  const detected = await detectFile(deps.media.pathOf(sha256));
  return detected.kind === 'rejected' ? 'application/octet-stream' : detected.mime;
}

export const mediaContentRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/media/{id}/content',
    operationId: 'getMediaContent',
    summary: 'The file itself',
    description: 'With range requests. Wants the role viewer, or a signed link.',
    tags,
    // The handler checks: a valid signature stands in for a sign-in.
    access: 'public',
    params: idParams,
    query: z.strictObject({
      expires: z.coerce.number().int().optional(),
      signature: z.string().max(100).optional(),
    }),
    responses: mediaResponses,
    async handler({ params, query, req, res, actor, deps, signal }) {
      const { expires, signature } = query;
      if (expires !== undefined && signature !== undefined) checkLink(params.id, { expires, signature }, deps);
      else checkAccess(req, actor, { access: 'viewer', method: 'get', tags });
      const { sha256, mime, fileName } = await findAsset(params.id, deps);
      return await sendFile(req, res, { store: deps.media, sha256, contentType: mime, fileName }, signal);
    },
  }),
  route({
    method: 'get',
    path: '/api/media/{id}/thumbnail',
    operationId: 'getMediaThumbnail',
    summary: 'A JPEG of at most 480 pixels a side',
    tags,
    access: 'viewer',
    params: idParams,
    responses: thumbnailResponses,
    async handler({ params, req, res, deps, signal }) {
      const { thumbSha256: sha256 } = await findAsset(params.id, deps);
      if (!sha256) throw notFound('This file has no thumbnail.');
      const file = { store: deps.media, sha256, contentType: 'image/jpeg', fileName: `${params.id}.jpg` };
      return await sendFile(req, res, file, signal);
    },
  }),
  route({
    method: 'get',
    path: '/api/media/{id}/link',
    operationId: 'signMediaLink',
    summary: 'A link to the file that works without signing in, for five minutes',
    tags,
    access: 'viewer',
    params: idParams,
    responses: {
      200: { description: 'The link', schema: z.object({ url: z.url(), expiresAt: z.iso.datetime() }) },
      404: { description: 'No such file' },
    },
    async handler({ params, deps }) {
      const { id } = await findAsset(params.id, deps);
      return { status: 200, body: signLink(id, deps), headers: { 'cache-control': 'no-store' } };
    },
  }),
  route({
    method: 'get',
    path: '/api/media/by-hash/{sha256}/content',
    operationId: 'getMediaByHash',
    summary: 'Bytes of an asset or variant, for worker hosts',
    tags,
    access: 'worker',
    params: hashParams,
    responses: mediaResponses,
    async handler({ params: { sha256 }, req, res, deps, signal }) {
      const asset = await deps.db.mediaAsset.findUnique({ where: { sha256 }, select: { mime: true } });
      const variant = asset ? null : await deps.db.mediaVariant.findFirst({ where: { sha256 }, select: { id: true } });
      if (!asset && !variant) throw notFound('No asset or variant has these bytes.');
      const contentType = asset?.mime ?? (await typeOf(sha256, deps));
      return await sendFile(req, res, { store: deps.media, sha256, contentType, fileName: sha256 }, signal);
    },
  }),
];
