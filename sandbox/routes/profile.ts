import { type RequestHandler, Router, urlencoded } from 'express';
import { z } from 'zod';
import { goTo, MESSAGES, refuse, sendPage } from '../answers.ts';
import type { StoredMedia } from '../events.ts';
import { inspectMedia } from '../media-check.ts';
import { keepMedia, type ReceivedForm, receiveForm } from '../media-intake.ts';
import { MAX_BIO, profilePage, settingsPage } from '../pages/profile.ts';
import { viewerOf } from '../sessions.ts';
import { CLIPS, POSTS, type Side } from '../sides.ts';
import type { Site } from '../site.ts';
import type { Account } from '../state.ts';
import { storeChange } from '../store-change.ts';
import { beforeOf, newestOf } from './feed.ts';

const GRID_PAGE = 30;
const PHOTO_MAX_BYTES = 20 * 1024 * 1024;
const SAVED: Record<string, string> = { bio: 'Your profile is saved.', photo: 'Your photo is saved.' };
const bioForm = z.object({ bio: z.string().default('') });

export function profileRoutes(site: Site, gate: RequestHandler): Router {
  const router = Router();
  const { store, faults } = site;
  const hasMoved = (viewer: Account) => faults.strike('move-buttons', viewer.username) !== null;

  const profile =
    (side: Side): RequestHandler<{ username: string }> =>
    async (request, response) => {
      const viewer = viewerOf(response);
      const account = store.account(request.params.username);
      if (!account) return refuse(request, response, 404, 'There is no such account.', viewer);
      const all = account.posts[side.surface];
      const found = newestOf(all, beforeOf(request), GRID_PAGE + 1, viewer);
      const posts = found.slice(0, GRID_PAGE);
      const last = posts.at(-1);
      const olderPath =
        last && found.length > GRID_PAGE ? `${side.base}/u/${account.username}?before=${last.order}` : null;
      const total = all.filter(({ publishedAt }) => publishedAt !== null).length;
      const moved = account !== viewer && hasMoved(viewer);
      sendPage(response, 200, profilePage({ side, account, viewer, posts, total, olderPath, moved }));
    };
  router.get('/u/:username', gate, profile(POSTS));
  router.get('/clips/u/:username', gate, profile(CLIPS));

  const follow =
    (change: 'followed' | 'unfollowed'): RequestHandler<{ username: string }> =>
    async (request, response) => {
      const viewer = viewerOf(response);
      const account = store.account(request.params.username);
      if (!account) return refuse(request, response, 404, 'There is no such account.', viewer);
      if (account !== viewer && viewer.follows.has(account.username) !== (change === 'followed')) {
        const event = { type: change, username: viewer.username, target: account.username };
        if (!(await storeChange(site, request, response, () => store.record(event)))) return;
      }
      return goTo(request, response, `/u/${account.username}`);
    };
  router.post('/u/:username/follow', gate, follow('followed'));
  router.post('/u/:username/unfollow', gate, follow('unfollowed'));

  router.get('/settings/profile', gate, (request, response) => {
    const viewer = viewerOf(response);
    const status = SAVED[String(request.query.saved)] ?? null;
    sendPage(response, 200, settingsPage({ viewer, alert: null, status, bio: viewer.bio, moved: hasMoved(viewer) }));
  });

  router.post('/settings/profile', gate, urlencoded({ extended: false, limit: '20kb' }), async (request, response) => {
    const viewer = viewerOf(response);
    const bio = bioForm.parse(request.body ?? {}).bio.replaceAll('\r\n', '\n');
    if ([...bio].length > MAX_BIO) {
      const alert = `The bio may have at most ${MAX_BIO} characters.`;
      return sendPage(response, 422, settingsPage({ viewer, alert, status: null, bio, moved: false }));
    }
    const event = { type: 'bioSet' as const, username: viewer.username, bio };
    if (!(await storeChange(site, request, response, () => store.record(event)))) return;
    return goTo(request, response, '/settings/profile?saved=bio');
  });

  router.post('/settings/photo', gate, async (request, response) => {
    const viewer = viewerOf(response);
    if (!request.is('multipart/form-data')) return refuse(request, response, 415, MESSAGES.badFile, viewer);
    const form = await receiveForm(request, store, PHOTO_MAX_BYTES);
    try {
      const photo = await keepPhoto(form);
      if (typeof photo === 'string') {
        return sendPage(
          response,
          422,
          settingsPage({ viewer, alert: photo, status: null, bio: viewer.bio, moved: false }),
        );
      }
      const event = { type: 'avatarSet' as const, username: viewer.username, media: photo };
      if (!(await storeChange(site, request, response, () => store.record(event, { sync: true })))) return;
      return await goTo(request, response, '/settings/profile?saved=photo');
    } finally {
      await form.discard();
    }
  });

  /** Answers what is wrong with the photo where something is. */
  async function keepPhoto({ file }: ReceivedForm): Promise<StoredMedia | string> {
    if (!file) return 'Choose a photo first.';
    if (file.tooLarge) return 'The photo is too large: 20 MiB at most.';
    if ((await inspectMedia(file.tempPath))?.kind !== 'image') return MESSAGES.badFile;
    return (await keepMedia(file, store)) ?? MESSAGES.badFile;
  }

  return router;
}
