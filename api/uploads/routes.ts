import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Answer, Route } from '../route.ts';
import { idParams, route } from '../route.ts';
import { CREATION_HEADERS, createStaging, type Staging, TUS_VERSION, UPLOADS_PATH, type Upload } from './staging.ts';

const tags = ['Media'];
const uploadSchema = z
  .object({
    id: z.uuid(),
    fileName: z.string(),
    offset: z.int().meta({ description: 'Bytes that are here' }),
    length: z.int(),
    mediaId: z.uuid().nullable().meta({ description: 'Of the file in the library, once it is there' }),
  })
  .meta({ id: 'MediaUpload' });

const stagings = new WeakMap<Deps['env'], Staging>();
/** One for each process: it knows who is writing. */
function stagingOf(deps: Deps): Staging {
  const known = stagings.get(deps.env) ?? createStaging(deps);
  stagings.set(deps.env, known);
  return known;
}

const headersOf = ({ offset, length, mediaId }: Upload): NonNullable<Answer['headers']> => ({
  'tus-resumable': TUS_VERSION,
  'upload-offset': String(offset),
  'upload-length': String(length),
  'cache-control': 'no-store',
  ...(mediaId ? { 'media-id': mediaId } : {}),
});
const noUpload = { description: 'You have no such upload here' };

/** The tus protocol, 1.0.0, with its extensions creation and termination. */
export const uploadRoutes: Route[] = [
  route({
    method: 'post',
    path: UPLOADS_PATH,
    operationId: 'beginUpload',
    summary: 'Begin an upload that can be resumed',
    description:
      'As the tus protocol has it (version 1.0.0, extensions creation and termination): the headers `Tus-Resumable` and ' +
      '`Upload-Length`, and in `Upload-Metadata` the `filename` and the `tags`, separated by `;`. The bytes go to the ' +
      'address in `Location`. What has not grown for a day is removed.',
    tags,
    access: 'operator',
    idempotent: true,
    keyedHeaders: CREATION_HEADERS,
    responses: {
      201: { description: 'Begun; its address is in the header Location' },
      412: { description: 'Without Tus-Resumable' },
      413: { description: 'Larger than FLOTILLA_MEDIA_MAX_BYTES' },
    },
    async handler({ req, actor, deps, note }) {
      const id = await stagingOf(deps).create(req, actor.id);
      note({ subject: `media/uploads/${id}` });
      return { status: 201, headers: { 'tus-resumable': TUS_VERSION, location: `${UPLOADS_PATH}/${id}` } };
    },
  }),
  route({
    method: 'get',
    path: `${UPLOADS_PATH}/{id}`,
    operationId: 'getUpload',
    summary: 'How far an upload of your own has come',
    description:
      'HEAD gives the same in the headers `Upload-Offset`, `Upload-Length` and, once it is there, `Media-Id`.',
    tags,
    access: 'operator',
    params: idParams,
    responses: { 200: { description: 'The upload', schema: uploadSchema }, 404: noUpload },
    async handler({ params: { id }, actor, deps }) {
      const upload = await stagingOf(deps).settled(id, actor.id);
      return { status: 200, body: upload, headers: headersOf(upload) };
    },
  }),
  route({
    method: 'patch',
    path: `${UPLOADS_PATH}/{id}`,
    operationId: 'continueUpload',
    summary: 'Send bytes of an upload, from where it stands',
    description:
      'The body is `application/offset+octet-stream`, its place in the header `Upload-Offset`. With the last byte the ' +
      'file is checked and goes into the library, and the header `Media-Id` names it; a call without bytes at the end ' +
      'of the file asks for that again.',
    tags,
    access: 'operator',
    params: idParams,
    responses: {
      204: { description: 'Taken; the header Upload-Offset tells how far it is' },
      404: noUpload,
      409: { description: 'The upload stands elsewhere than Upload-Offset says' },
      412: { description: 'Without Tus-Resumable' },
      413: { description: 'More bytes than Upload-Length said' },
      422: { description: 'No video or picture, or one that is damaged; nothing is left of it' },
    },
    async handler({ params: { id }, req, actor, deps, note }) {
      const upload = await stagingOf(deps).append(req, id, actor.id);
      const { fileName, offset, mediaId } = upload;
      note({ detail: { fileName, offset, ...(mediaId ? { mediaId } : {}) } });
      return { status: 204, headers: headersOf(upload) };
    },
  }),
  route({
    method: 'delete',
    path: `${UPLOADS_PATH}/{id}`,
    operationId: 'cancelUpload',
    summary: 'Give up an upload, and remove its bytes',
    description: 'A file that is in the library already stays there.',
    tags,
    access: 'operator',
    params: idParams,
    responses: { 204: { description: 'Removed' }, 404: noUpload },
    async handler({ params: { id }, actor, deps }) {
      await stagingOf(deps).remove(id, actor.id);
      return { status: 204, headers: { 'tus-resumable': TUS_VERSION } };
    },
  }),
];
