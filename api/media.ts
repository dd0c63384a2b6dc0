import { z } from 'zod';
import { isMissing } from './database-errors.ts';
import { mediaContentRoutes } from './media-content.ts';
import { deleteMedia } from './media-files.ts';
import { listMediaQuery, mediaDetailSchema, mediaSchema, patchMediaSchema, toMedia } from './media-schemas.ts';
import { uploadMedia } from './media-upload.ts';
import { mediaVariantRoutes, variantsOf } from './media-variants.ts';
import { afterCursor, newestFirst, pageOf, toPage } from './pages.ts';
import { notFound } from './problem.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';
import { uploadRoutes } from './uploads/routes.ts';

const tags = ['Media'];
const noSuchFile = () => notFound('There is no such file in the library.');

export const mediaRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/media',
    operationId: 'listMedia',
    summary: 'List videos and pictures, newest first',
    tags,
    access: 'viewer',
    query: listMediaQuery,
    responses: { 200: { description: 'One page', schema: pageOf(mediaSchema) } },
    async handler({ query: { kind, tag, q, sha256, createdFrom, createdTo, cursor, limit }, deps }) {
      const rows = await deps.db.mediaAsset.findMany({
        where: {
          AND: [
            kind ? { kind } : {},
            sha256 ? { sha256 } : {},
            tag ? { tags: { has: tag } } : {},
            q ? { fileName: { contains: q.replace(/[\\%_]/g, '\\$&'), mode: 'insensitive' } } : {},
            createdFrom ? { createdAt: { gte: createdFrom } } : {},
            createdTo ? { createdAt: { lt: createdTo } } : {},
            afterCursor(cursor),
          ],
        },
        orderBy: newestFirst,
        take: limit + 1,
      });
      return { status: 200, body: toPage(rows, limit, toMedia) };
    },
  }),
  route({
    method: 'post',
    path: '/api/media',
    operationId: 'uploadMedia',
    summary: 'Upload a video or picture',
    description: 'The same bytes again give the asset that is there. Tags may come in a text field, separated by `;`.',
    tags,
    access: 'operator',
    idempotent: true,
    multipart: z.object({ tags: z.string().optional() }),
    responses: {
      200: { description: 'The same bytes were there already', schema: mediaSchema },
      201: { description: 'Added', schema: mediaSchema },
      413: { description: 'Larger than FLOTILLA_MEDIA_MAX_BYTES' },
      422: { description: 'No video or picture, or one that is damaged or cut short' },
      503: { description: 'The same file was deleted at this moment; send it again' },
    },
    async handler({ req, deps, signal }) {
      const { row, isNew } = await uploadMedia(req, deps, signal);
      return { status: isNew ? 201 : 200, body: toMedia(row), headers: { location: `/api/media/${row.id}` } };
    },
  }),
  ...uploadRoutes,
  ...mediaContentRoutes,
  ...mediaVariantRoutes,
  route({
    method: 'get',
    path: '/api/media/{id}',
    operationId: 'getMedia',
    summary: 'One file with its probe and variants',
    tags,
    access: 'viewer',
    params: idParams,
    responses: { 200: { description: 'The file', schema: mediaDetailSchema }, 404: { description: 'No such file' } },
    async handler({ params, deps }) {
      const row = await deps.db.mediaAsset.findUnique({ where: { id: params.id } });
      if (!row) throw noSuchFile();
      return { status: 200, body: { ...toMedia(row), probe: row.probe, ...(await variantsOf(row.id, deps)) } };
    },
  }),
  route({
    method: 'patch',
    path: '/api/media/{id}',
    operationId: 'changeMedia',
    summary: 'Rename a file, or change its tags',
    tags,
    access: 'operator',
    params: idParams,
    body: patchMediaSchema,
    examples: { rename: { fileName: 'summer.mp4', tags: ['beach'] } },
    responses: { 200: { description: 'Changed', schema: mediaSchema }, 404: { description: 'No such file' } },
    async handler({ params, body, deps }) {
      const { fileName, tags: newTags } = body;
      const data = {
        ...(fileName === undefined ? {} : { fileName }),
        ...(newTags === undefined ? {} : { tags: newTags }),
      };
      try {
        return { status: 200, body: toMedia(await deps.db.mediaAsset.update({ where: { id: params.id }, data })) };
      } catch (error) {
        throw isMissing(error) ? noSuchFile() : error;
      }
    },
  }),
  route({
    method: 'delete',
    path: '/api/media/{id}',
    operationId: 'deleteMedia',
    summary: 'Delete a file with its variants',
    tags,
    access: 'operator',
    params: idParams,
    responses: {
      204: { description: 'Deleted' },
      404: { description: 'No such file' },
      409: { description: 'An unfinished bulk task needs it' },
    },
    async handler({ params, deps }) {
      await deleteMedia(params.id, deps);
      return { status: 204 };
    },
  }),
];
