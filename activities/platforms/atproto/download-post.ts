import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppBskyEmbedImages, AppBskyEmbedVideo, AtUri, type BlobRef } from '@atproto/api';
import { TaskError } from '../../../contracts/errors.ts';
import { say } from '../../../contracts/said.ts';
import type { ListedPost } from '../../../contracts/steps.ts';
import type { StepOptions } from '../driver.ts';
import { isRefusal, toTaskError } from './errors.ts';
import { isPost, POSTS } from './own-posts.ts';
import type { Account } from './session.ts';

const ENDINGS: Readonly<Record<string, string>> = {
  'video/mp4': '.mp4',
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'image/webp': '.webp',
};

/** The video, or the first image. */
function mediaOf(value: unknown): BlobRef | null {
  if (!isPost(value)) return null;
  const { embed } = value;
  if (AppBskyEmbedVideo.isMain(embed)) return embed.video;
  if (AppBskyEmbedImages.isMain(embed)) return embed.images[0]?.image ?? null;
  return null;
}

function gone(what: string): TaskError {
  return new TaskError('TargetNotFound', say('platform.gone', { what }));
}

/** Writes the media of an own post into a folder, as the account's server keeps it. */
export async function downloadPost(
  { agent, session, did }: Account,
  post: ListedPost,
  folder: string,
  { signal, progress }: StepOptions,
): Promise<{ filePath: string }> {
  progress('looking for the post');
  const { rkey } = new AtUri(post.id);
  const value: unknown = await agent.com.atproto.repo.getRecord({ repo: did, collection: POSTS, rkey }).then(
    ({ data }) => data.value,
    (error: unknown) => {
      throw isRefusal(error, 'RecordNotFound') ? gone('The post') : error;
    },
  );
  const blob = mediaOf(value);
  if (!blob) throw new TaskError('TargetNotFound', 'The post has neither a video nor an image.');

  progress('downloading');
  const address = new URL('/xrpc/com.atproto.sync.getBlob', session.dispatchUrl);
  address.search = new URLSearchParams({ did, cid: blob.ref.toString() }).toString();
  const response = await session.fetch(address);
  if (response.status === 400 || response.status === 404) throw gone('The media of the post');
  if (!response.ok || !response.body) {
    throw new TaskError('Unavailable', say('platform.media-not-had', { status: response.status }));
  }
  const filePath = join(folder, `${rkey}${ENDINGS[blob.mimeType] ?? '.bin'}`);
  try {
    await pipeline(Readable.fromWeb(response.body), createWriteStream(filePath), { signal });
  } catch (error) {
    throw toTaskError(error);
  }
  return { filePath };
}
