import type { Agent } from '@atproto/api';
import { AppBskyFeedPost, AtUri } from '@atproto/api';
import type { OwnPost } from '../driver.ts';
import { captionOf } from './caption.ts';

export const POSTS = 'app.bsky.feed.post';
const PAGE = 100;
/** How far back is looked past replies and what is no post. */
const MOST_PAGES = 5;

/** A record of the account as an own post; null for a reply, which is part of somebody's talk. */
export function toOwnPost(uri: string, value: unknown): OwnPost | null {
  if (!isPost(value) || value.reply) return null;
  const { hostname: did, rkey } = new AtUri(uri);
  return {
    id: uri,
    // By the account's number and not by its name, which may change.
    permalink: `https://bsky.app/profile/${did}/post/${rkey}`,
    caption: captionOf(value.text),
    state: 'published',
  };
}

export function isPost(value: unknown): value is AppBskyFeedPost.Record {
  return AppBskyFeedPost.isRecord(value) && AppBskyFeedPost.validateRecord(value).success;
}

/** The newest own posts. Record keys begin with their time, and the server lists the latest first. */
export async function listOwnPosts(agent: Agent, did: string, limit: number): Promise<OwnPost[]> {
  const posts: OwnPost[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES && posts.length < limit; page += 1) {
    const { data } = await agent.com.atproto.repo.listRecords({
      repo: did,
      collection: POSTS,
      limit: Math.min(PAGE, limit + 10),
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const { uri, value } of data.records) {
      const post = toOwnPost(uri, value);
      if (post) posts.push(post);
    }
    cursor = data.cursor;
    if (cursor === undefined || data.records.length === 0) break;
  }
  return posts.slice(0, limit);
}
