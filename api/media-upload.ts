import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Request } from 'express';
import { detectFile } from '../activities/media/detect.ts';
import { probeFile } from '../activities/media/probe.ts';
import { makeThumbnail } from '../activities/media/thumbnail.ts';
import type { MediaProbe } from '../contracts/media.ts';
import type { MediaAsset, Prisma } from '../prisma/generated/client.ts';
import { accountFields } from './account-schemas.ts';
import { isDuplicate } from './database-errors.ts';
import type { Deps } from './deps.ts';
import { fieldErrors } from './field-errors.ts';
import { lockContent, removeUnused } from './media-files.ts';
import { receiveFile } from './multipart.ts';
import { badRequest, unavailable, unprocessable } from './problem.ts';

const MAX_THUMBNAIL_BYTES = 5 * 1024 ** 2;

/** By shape: what the media steps throw is known by its type, wherever its class came from. */
function refusedMedia(error: unknown): string | undefined {
  const isRefusal = error instanceof Error && 'type' in error && error.type === 'MediaRejected';
  return isRefusal ? error.message : undefined;
}

export function readTags(text: string | undefined): string[] {
  const parsed = accountFields.tags.safeParse(
    (text ?? '')
      .split(';')
      .map((tag) => tag.trim())
      .filter(Boolean),
  );
  if (!parsed.success) throw badRequest('The tags cannot be used as given.', fieldErrors(parsed.error));
  return parsed.data;
}

export const cleanName = (name: string): string =>
  name
    .replace(/\p{Cc}/gu, '')
    .trim()
    .replace(/^\.+$/, '')
    .slice(0, 255) || 'file';

async function storeThumbnail(path: string, probe: MediaProbe, deps: Deps, signal: AbortSignal): Promise<string> {
  const outPath = join(deps.media.folder, 'tmp', `${randomUUID()}.jpg`);
  try {
    await makeThumbnail({ sourcePath: path, probe, outPath, signal });
    return (await deps.media.receive(createReadStream(outPath), { maxBytes: MAX_THUMBNAIL_BYTES })).sha256;
  } finally {
    await rm(outPath, { force: true });
  }
}

/** Writes the row while the content is locked, so that a deletion of the same bytes cannot come in between. */
async function insert(data: Prisma.MediaAssetCreateInput, deps: Deps): Promise<MediaAsset> {
  return await deps.db.$transaction(async (tx) => {
    await lockContent(tx, data.sha256);
    const files = [data.sha256, ...(data.thumbSha256 ? [data.thumbSha256] : [])];
    for (const sha256 of files) {
      if (!(await deps.media.has(sha256))) throw unavailable('The same file was just deleted. Upload it again.');
    }
    return await tx.mediaAsset.create({ data });
  });
}

/** A file that lies in the store under its hash, not yet in the library. */
export interface ReceivedFile {
  sha256: string;
  bytes: number;
  path: string;
  name: string;
}

/**
 * Takes a received file into the library: probed, with a thumbnail. The same bytes again are the same asset, and
 * nothing is left of a file that is refused.
 * @throws Problem 422 with the reason why the file is refused
 */
export async function keepMedia(
  { sha256, bytes, path, name }: ReceivedFile,
  readTagsOf: () => string[],
  deps: Deps,
  signal: AbortSignal,
): Promise<{ row: MediaAsset; isNew: boolean }> {
  const find = () => deps.db.mediaAsset.findUnique({ where: { sha256 } });
  let thumbSha256: string | undefined;
  try {
    const tags = readTagsOf();
    const known = await find();
    if (known) return { row: known, isNew: false };
    const probe = await probeFile(path, { fileName: name, signal });
    const detected = await detectFile(path);
    if (detected.kind === 'rejected') throw unprocessable(detected.sentence);
    thumbSha256 = await storeThumbnail(path, probe, deps, signal);
    const { kind, width, height, durationMs } = probe;
    const data = { sha256, fileName: name, kind, mime: detected.mime, bytes, width, height, durationMs, probe, tags };
    return { row: await insert({ ...data, thumbSha256 }, deps), isNew: true };
  } catch (error) {
    const known = isDuplicate(error) ? await find() : null;
    if (known) return { row: known, isNew: false };
    await removeUnused([sha256, ...(thumbSha256 ? [thumbSha256] : [])], deps);
    const reason = refusedMedia(error);
    throw reason === undefined ? error : unprocessable(reason, [{ path: 'file', message: reason }]);
  }
}

/**
 * Takes one uploaded video or picture onto the disk under its hash, and into the library.
 * @throws Problem 400, 413, 415, or 422 with the reason why the file is refused
 */
export async function uploadMedia(
  req: Request,
  deps: Deps,
  signal: AbortSignal,
): Promise<{ row: MediaAsset; isNew: boolean }> {
  const maxBytes = deps.env.FLOTILLA_MEDIA_MAX_BYTES;
  const { file, fields } = await receiveFile(req, { maxBytes, what: 'file' }, async (part) => ({
    name: cleanName(part.fileName),
    ...(await deps.media.receive(part.stream, { maxBytes, signal: part.signal })),
  }));
  return keepMedia(file, () => readTags(fields.tags), deps, signal);
}
