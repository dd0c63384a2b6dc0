import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { FileStore } from '@tus/file-store';
import { MemoryLocker, Server } from '@tus/server';
import type { Request as ExpressRequest } from 'express';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { cleanName, keepMedia, readTags } from '../media-upload.ts';
import { badRequest, notFound, Problem, tooLarge, unavailable } from '../problem.ts';

export const UPLOADS_PATH = '/api/media/uploads';
/** What belongs to the creation of an upload beside its address. */
export const CREATION_HEADERS = ['upload-length', 'upload-metadata'] as const;
const TUS_HEADERS = ['tus-resumable', 'upload-offset', 'upload-checksum', 'content-type', 'content-length'] as const;
export const TUS_VERSION = '1.0.0';

const DAY_MS = 24 * 60 * 60_000;
/** Probing and the thumbnail of the largest file; what takes longer is tried again by the client. */
const FINISH_MS = 15 * 60_000;

const doneSchema = z.object({ owner: z.string(), length: z.int(), fileName: z.string(), mediaId: z.uuid() });
type Done = z.infer<typeof doneSchema>;

/** An upload as it stands: bytes up to `offset` are here; `mediaId` once it is in the library. */
export interface Upload {
  id: string;
  offset: number;
  length: number;
  fileName: string;
  mediaId: string | null;
}

export interface Staging {
  /** Begins an upload of the owner's. @returns its id. @throws Problem 400, 412 or 413 */
  create(req: ExpressRequest, owner: string): Promise<string>;
  /** @throws Problem 404 where the owner has none of that id */
  find(id: string, owner: string): Promise<Upload>;
  /** {@link find}, when nobody writes to it any more: a connection that was lost is given up first. */
  settled(id: string, owner: string): Promise<Upload>;
  /**
   * Takes the bytes of a request; with the last of them the file goes into the library.
   * @throws Problem 404, 409 for another place than the present, 413, or 422 with the reason why the file is refused
   */
  append(req: ExpressRequest, id: string, owner: string): Promise<Upload>;
  /** @throws Problem 404 */
  remove(id: string, owner: string): Promise<void>;
}

export const stagingFolder = ({ env }: Pick<Deps, 'env'>): string => join(env.FLOTILLA_DATA, 'uploads');

const noSuchUpload = (): Problem => notFound('You have no such upload here. It may be older than a day: begin anew.');

const otherVersion = (): Problem =>
  new Problem(412, `Send the header Tus-Resumable: ${TUS_VERSION}.`, { headers: { 'tus-version': TUS_VERSION } });

/** @throws Problem 412 for a client that speaks another version, or none */
function checkVersion(req: ExpressRequest): void {
  if (req.get('tus-resumable') !== TUS_VERSION) throw otherVersion();
}

/** What the protocol's server refused, as the API says it. */
async function problemOf(response: Response, maxBytes: number): Promise<Problem> {
  const { status } = response;
  const text = (await response.text()).trim().split('\n')[0] ?? '';
  if (status === 404 || status === 410) return noSuchUpload();
  if (status === 409) {
    return new Problem(
      409,
      'The upload stands elsewhere than Upload-Offset says. Ask where with HEAD, and go on there.',
    );
  }
  if (status === 413) {
    return tooLarge(
      `The file is larger than it may be: ${Math.floor(maxBytes / 1024 ** 2)} MB, and what it was said to be.`,
    );
  }
  if (status >= 500) return unavailable('The bytes could not be written. Ask with HEAD how far they came, and go on.');
  return badRequest(text ? `${text.replace(/\.$/, '')}.` : 'The request is not one of the tus protocol.');
}

/** Uploads that come in pieces, each in the folder until it is whole or a day old. Processes that share it take turns. */
export function createStaging(deps: Deps): Staging {
  const folder = stagingFolder(deps);
  const maxBytes = deps.env.FLOTILLA_MEDIA_MAX_BYTES;
  const store = new FileStore({ directory: folder });
  const locker = new MemoryLocker();
  const finishing = new Map<string, Promise<string>>();
  const donePath = (id: string): string => join(folder, `${id}.done`);

  async function ask(
    method: string,
    path: string,
    owner: string,
    given: { req?: ExpressRequest; names?: readonly string[] } = {},
  ): Promise<Response> {
    const headers = new Headers();
    if (!given.req) headers.set('tus-resumable', TUS_VERSION);
    for (const name of given.names ?? []) {
      const value = given.req?.get(name);
      if (value !== undefined) headers.set(name, value);
    }
    const server = new Server({
      path: UPLOADS_PATH,
      datastore: store,
      locker,
      maxSize: maxBytes,
      relativeLocation: true,
      namingFunction: () => randomUUID(),
      onUploadCreate: async (_req, { metadata }) => ({
        metadata: { filename: cleanName(metadata?.filename ?? ''), tags: metadata?.tags ?? '', owner },
      }),
    });
    const body = method === 'PATCH' && given.req ? (Readable.toWeb(given.req) as ReadableStream) : null;
    const init = { method, headers, ...(body ? { body, duplex: 'half' } : {}) } as RequestInit;
    const response = await server.handleWeb(new Request(new URL(path, 'http://staging'), init));
    if (response.status >= 400) throw await problemOf(response, maxBytes);
    return response;
  }

  async function doneOf(id: string): Promise<Done | undefined> {
    const text = await readFile(donePath(id), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : doneSchema.safeParse(JSON.parse(text)).data;
  }

  /** The upload that is not in the library yet. */
  async function staged(id: string, owner: string) {
    const upload = await store.getUpload(id).catch(() => undefined);
    if (!upload || upload.metadata?.owner !== owner || upload.size === undefined) return undefined;
    const { filename, tags } = upload.metadata;
    return { id, offset: upload.offset, length: upload.size, fileName: filename ?? 'file', tags: tags ?? '' };
  }

  async function find(id: string, owner: string): Promise<Upload> {
    const done = await doneOf(id);
    if (done?.owner === owner) {
      return { id, offset: done.length, length: done.length, fileName: done.fileName, mediaId: done.mediaId };
    }
    const found = await staged(id, owner);
    if (!found) throw noSuchUpload();
    const { tags: _, ...upload } = found;
    return { ...upload, mediaId: null };
  }

  async function intoLibrary(id: string, owner: string): Promise<string> {
    const upload = await staged(id, owner);
    if (!upload) return (await doneOf(id))?.mediaId ?? Promise.reject(noSuchUpload());
    const { fileName, length } = upload;
    const signal = AbortSignal.timeout(FINISH_MS);
    try {
      const held = await deps.media.receive(createReadStream(join(folder, id)), { maxBytes, signal });
      const { row } = await keepMedia({ ...held, name: fileName }, () => readTags(upload.tags), deps, signal);
      const done: Done = { owner, length, fileName, mediaId: row.id };
      // Written before the bytes go: whoever lost the answer still learns which file it has become.
      await writeFile(donePath(id), JSON.stringify(done));
      await store.remove(id);
      return row.id;
    } catch (error) {
      if (error instanceof Problem && error.status < 500) await store.remove(id).catch(() => undefined);
      throw error;
    }
  }

  /** Once for each upload, however many ask. It goes on when the client leaves: that one comes back and asks. */
  function finish(id: string, owner: string): Promise<string> {
    const run = finishing.get(id) ?? intoLibrary(id, owner).finally(() => finishing.delete(id));
    finishing.set(id, run);
    return run;
  }

  return {
    find,
    async create(req, owner) {
      checkVersion(req);
      if (req.get('upload-length') === undefined) throw badRequest('Send the header Upload-Length.');
      const answer = await ask('POST', UPLOADS_PATH, owner, { req, names: ['tus-resumable', ...CREATION_HEADERS] });
      return answer.headers.get('location')?.split('/').at(-1) ?? '';
    },
    async settled(id, owner) {
      const upload = await find(id, owner);
      if (upload.mediaId !== null) return upload;
      await ask('HEAD', `${UPLOADS_PATH}/${id}`, owner);
      return await find(id, owner);
    },
    async append(req, id, owner) {
      checkVersion(req);
      const before = await find(id, owner);
      if (before.mediaId !== null) return before;
      const answer = await ask('PATCH', `${UPLOADS_PATH}/${id}`, owner, { req, names: TUS_HEADERS });
      const offset = Number(answer.headers.get('upload-offset'));
      if (offset < before.length) return { ...before, offset };
      return { ...before, offset, mediaId: await finish(id, owner) };
    },
    async remove(id, owner) {
      const { mediaId } = await find(id, owner);
      if (mediaId === null) await ask('DELETE', `${UPLOADS_PATH}/${id}`, owner);
      await rm(donePath(id), { force: true });
    },
  };
}

/** Removes what has not grown for a day. @returns how many files */
export async function sweepUploads(deps: Pick<Deps, 'env'>, now = Date.now()): Promise<number> {
  const folder = stagingFolder(deps);
  const names = await readdir(folder).catch((): string[] => []);
  const idOf = (name: string): string => name.split('.')[0] ?? name;
  const touched = new Map<string, number>();
  for (const name of names) {
    const at = (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? 0;
    touched.set(idOf(name), Math.max(at, touched.get(idOf(name)) ?? 0));
  }
  const old = names.filter((name) => (touched.get(idOf(name)) ?? now) < now - DAY_MS);
  for (const name of old) await rm(join(folder, name), { force: true });
  return old.length;
}
