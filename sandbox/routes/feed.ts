import { type Request, type RequestHandler, Router } from 'express';
import { sendPage } from '../answers.ts';
import { feedPage, notificationsPage } from '../pages/feed.ts';
import { viewerOf } from '../sessions.ts';
import { CLIPS, POSTS, type Side } from '../sides.ts';
import type { Site } from '../site.ts';
import type { Account, Post, State } from '../state.ts';

const FEED_PAGE = 10;
const NOTICES = 50;

/** Where a paged list goes on: only posts older than this one. */
export function beforeOf(request: Request): number {
  const before = Number(request.query.before);
  return Number.isInteger(before) && before > 0 ? before : Number.POSITIVE_INFINITY;
}

/** Up to `limit` posts older than `before`, newest first, out of a list that is oldest first. */
export function newestOf(posts: readonly Post[], before: number, limit: number, viewer: Account): Post[] {
  const found: Post[] = [];
  for (let index = posts.length - 1; index >= 0 && found.length < limit; index -= 1) {
    const post = posts[index];
    if (!post || post.order >= before) continue;
    if (post.publishedAt !== null || post.username === viewer.username) found.push(post);
  }
  return found;
}

function ownAndFollowed(state: State, viewer: Account, before: number): Post[] {
  const authors = [viewer, ...[...viewer.follows].flatMap((name) => state.accounts.get(name.toLowerCase()) ?? [])];
  return authors
    .flatMap((author) => newestOf(author.posts.posts, before, FEED_PAGE + 1, viewer))
    .filter(({ publishedAt }) => publishedAt !== null)
    .sort((a, b) => b.order - a.order);
}

export function feedRoutes(site: Site, gate: RequestHandler): Router {
  const router = Router();
  const { store } = site;

  const feed =
    (side: Side): RequestHandler =>
    (request, response) => {
      const viewer = viewerOf(response);
      const before = beforeOf(request);
      const found =
        side === CLIPS
          ? newestOf(store.state.clips, before, FEED_PAGE + 1, viewer).filter(({ publishedAt }) => publishedAt !== null)
          : ownAndFollowed(store.state, viewer, before);
      const entries = found.slice(0, FEED_PAGE).flatMap((post) => {
        const author = store.account(post.username);
        return author ? [{ post, author }] : [];
      });
      const last = entries.at(-1);
      const olderPath =
        last && found.length > FEED_PAGE ? `${side.base === '' ? '/' : side.base}?before=${last.post.order}` : null;
      sendPage(response, 200, feedPage({ side, viewer, entries, olderPath }));
    };

  router.get('/', gate, feed(POSTS));
  router.get('/clips', gate, feed(CLIPS));
  router.get('/notifications', gate, (_request, response) => {
    const viewer = viewerOf(response);
    sendPage(response, 200, notificationsPage(viewer, viewer.notices.slice(-NOTICES).reverse()));
  });
  return router;
}
