import type { Agent, BlobRef } from '@atproto/api';
import { TaskError } from '../../../contracts/errors.ts';
import { say } from '../../../contracts/said.ts';
import type { OwnPost, PostDraft, StepOptions } from '../driver.ts';
import { postText, textOf } from './caption.ts';
import { isCertainRefusal, isRefusal, toTaskError } from './errors.ts';
import type { MediaToSend } from './media.ts';
import { lookAt, sendBlob } from './media.ts';
import { isPost, POSTS, toOwnPost } from './own-posts.ts';
import { atprotoProfile } from './profile.ts';
import { recordKeyOf } from './record-key.ts';
import type { Account } from './session.ts';

function embedOf({ kind, width, height }: MediaToSend, blob: BlobRef) {
  const aspectRatio = { width, height };
  if (kind === 'video') return { $type: 'app.bsky.embed.video', video: blob, aspectRatio };
  return { $type: 'app.bsky.embed.images', images: [{ image: blob, alt: '', aspectRatio }] };
}

/** The record under a key; null when there is none. */
async function recordAt(agent: Agent, did: string, rkey: string): Promise<{ uri: string; value: unknown } | null> {
  try {
    const { data } = await agent.com.atproto.repo.getRecord({ repo: did, collection: POSTS, rkey });
    return { uri: data.uri, value: data.value };
  } catch (error) {
    if (isRefusal(error, 'RecordNotFound')) return null;
    throw error;
  }
}

/** The post that an earlier submit of the same draft has made; null when there is none. */
async function madeBefore(agent: Agent, did: string, rkey: string, draft: PostDraft): Promise<OwnPost | null> {
  const found = await recordAt(agent, did, rkey);
  if (!found) return null;
  const post = isPost(found.value) && found.value.text === textOf(draft) ? toOwnPost(found.uri, found.value) : null;
  if (!post) throw new TaskError('InvalidInput', "Something else is on the platform under this post's record key.");
  return post;
}

function unknown(error: unknown): TaskError {
  const why = error instanceof TaskError ? error.message : toTaskError(error).message;
  return new TaskError('OutcomeUnknown', say('sent.unclear', { why }));
}

/**
 * Sends the file, then writes the post under a record key that is always the same for the same draft, and only where
 * nothing is: sent twice, there is one post. Up to that write nothing has been posted; from then on only a clear answer
 * counts.
 */
export async function submitPost(
  { agent, did }: Account,
  draft: PostDraft,
  { signal, progress }: StepOptions,
): Promise<OwnPost> {
  const rkey = recordKeyOf(draft.key);
  progress('looking for an earlier submit', 0);
  const media = await lookAt(draft.filePath);
  const { text, facets } = await postText(agent, draft, atprotoProfile.limits.captionMaxChars);
  const earlier = await madeBefore(agent, did, rkey, draft);
  if (earlier) return earlier;

  progress('uploading', 0.1);
  const blob = await sendBlob(agent, draft.filePath, media.type);
  const record = {
    $type: POSTS,
    text,
    ...(facets.length > 0 ? { facets } : {}),
    embed: embedOf(media, blob),
    createdAt: new Date().toISOString(),
  };
  signal.throwIfAborted();
  progress('posting', 0.9);
  const post = await write();
  progress('posted', 1);
  return post;

  async function write(): Promise<OwnPost> {
    let uri: string;
    try {
      // `swapRecord: null` says: only where no record is yet.
      const where = { repo: did, collection: POSTS, rkey, swapRecord: null };
      uri = (await agent.com.atproto.repo.putRecord({ ...where, record })).data.uri;
    } catch (error) {
      if (!isCertainRefusal(error)) throw unknown(error);
      if (!isRefusal(error, 'InvalidSwap')) throw error;
      const found = await madeBefore(agent, did, rkey, draft).catch((cause: unknown) => {
        throw unknown(cause);
      });
      if (!found) throw unknown(error);
      return found;
    }
    const made = toOwnPost(uri, record);
    if (!made) throw unknown(new TaskError('Unavailable', 'the answer names no post.'));
    return made;
  }
}
