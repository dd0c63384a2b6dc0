import { openAsBlob } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Agent, BlobRef } from '@atproto/api';
import sharp from 'sharp';
import { TaskError } from '../../../contracts/errors.ts';
import { say } from '../../../contracts/said.ts';
import { filmSize } from './mp4.ts';

export interface MediaToSend {
  kind: 'video' | 'image';
  type: string;
  /** As it is shown. */
  width: number;
  height: number;
  bytes: number;
}

/** The most bytes of `app.bsky.embed.video` and `app.bsky.embed.images`. */
const MOST_BYTES = { video: 100_000_000, image: 2_000_000 } as const;

/**
 * What a file is, by its content: the server takes any bytes for what they are said to be, and a post with a file that
 * is none of it would stay broken.
 * @throws TaskError `MediaRejected`
 */
export async function lookAt(path: string): Promise<MediaToSend> {
  const file = await open(path, 'r').catch(() => {
    throw new TaskError('Unavailable', 'The file to send is not on this host.');
  });
  try {
    const { size: bytes } = await file.stat();
    const start = Buffer.alloc(12);
    await file.read(start, 0, 12, 0);
    const isMp4 = start.toString('latin1', 4, 8) === 'ftyp' && start.toString('latin1', 8, 12) !== 'qt  ';
    const film = isMp4 ? await filmSize(file, bytes) : null;
    const media: MediaToSend | null = film
      ? { kind: 'video', type: 'video/mp4', ...film, bytes }
      : await photoOf(path, bytes);
    if (!media) throw new TaskError('MediaRejected', 'The file is neither an MP4 video nor a JPEG, PNG or WebP image.');
    if (bytes > MOST_BYTES[media.kind]) {
      const most = MOST_BYTES[media.kind] / 1_000_000;
      throw new TaskError(
        'MediaRejected',
        say(media.kind === 'video' ? 'platform.video-size' : 'platform.image-size', { most }),
      );
    }
    return media;
  } finally {
    await file.close();
  }
}

async function photoOf(path: string, bytes: number): Promise<MediaToSend | null> {
  const found = await sharp(path)
    .metadata()
    .catch(() => null);
  if (!found || !['jpeg', 'png', 'webp'].includes(found.format)) return null;
  const { width, height } = found.autoOrient;
  return { kind: 'image', type: `image/${found.format}`, width, height, bytes };
}

/** Hands a file to the account's server, which keeps it once a record names it. */
export async function sendBlob(agent: Agent, path: string, type: string): Promise<BlobRef> {
  const blob = await openAsBlob(path, { type });
  const { data } = await agent.com.atproto.repo.uploadBlob(blob, { encoding: type });
  return data.blob;
}
