import { type RequestHandler, Router } from 'express';
import { goTo, MESSAGES, refuse, sendPage } from '../answers.ts';
import { newPostId } from '../credentials.ts';
import type { PostRecord } from '../events.ts';
import { inspectMedia } from '../media-check.ts';
import { keepMedia, type ReceivedForm, receiveForm } from '../media-intake.ts';
import { permalink, postPage } from '../pages/post.ts';
import { MAX_CAPTION, uploadPage } from '../pages/upload.ts';
import { viewerOf } from '../sessions.ts';
import { CLIPS, POSTS, type Side } from '../sides.ts';
import type { Site } from '../site.ts';
import type { Account } from '../state.ts';

const MAX_BYTES = 200 * 1024 * 1024;
const MAX_LOCATION = 100;
const MAX_MENTIONS = 20;

type Checked = { problem: string } | { caption: string; location: string | null; mentions: string[] };

export function uploadRoutes(site: Site, gate: RequestHandler): Router {
  const router = Router();
  for (const side of [POSTS, CLIPS]) addSide(router, site, gate, side);
  return router;
}

function addSide(router: Router, site: Site, gate: RequestHandler, side: Side): void {
  const { store, faults } = site;

  router.get(`${side.base}/upload`, gate, (_request, response) => {
    const viewer = viewerOf(response);
    const moved = faults.strike('move-buttons', viewer.username) !== null;
    sendPage(response, 200, uploadPage({ side, viewer, moved }));
  });

  router.post(`${side.base}/upload`, gate, async (request, response) => {
    const viewer = viewerOf(response);
    const { username } = viewer;
    if (!request.is('multipart/form-data')) return refuse(request, response, 415, MESSAGES.badFile, viewer);
    // A browser sends a request again by itself when a kept-alive connection breaks before any answer. An interim
    // answer tells it that the request has arrived, so one press of the button never makes two posts.
    response.writeProcessing();
    const form = await receiveForm(request, store, MAX_BYTES);
    try {
      const checked = checkFields(site, form);
      if ('problem' in checked) return await refuse(request, response, 422, checked.problem, viewer);
      const problem = await fileProblem(form, side);
      if (problem !== null) return await refuse(request, response, 422, problem, viewer);
      if (faults.strike('drop-before', username)) return void request.socket.resetAndDestroy();
      const post = await storePost(viewer, form, checked);
      if (post === null) return await refuse(request, response, 422, MESSAGES.badFile, viewer);
      if (faults.strike('drop-after', username)) return void request.socket.resetAndDestroy();

      const stored = store.state.posts.get(post.id);
      const state = stored?.publishedAt ? 'published' : 'processing';
      const path = `${side.base}/p/${post.id}`;
      if (request.get('accept')?.startsWith('application/json') !== true) return await goTo(request, response, path);
      const message = state === 'published' ? 'Your post is shared.' : 'Your post is processing.';
      response.status(201).json({ id: post.id, state, permalink: path, message });
    } finally {
      await form.discard();
    }
  });

  async function storePost(
    viewer: Account,
    { file }: ReceivedForm,
    fields: Pick<PostRecord, 'caption' | 'location' | 'mentions'>,
  ): Promise<PostRecord | null> {
    const media = file && (await keepMedia(file, store));
    if (!media) return null;
    const post: PostRecord = {
      id: newPostId(),
      surface: side.surface,
      username: viewer.username,
      caption: fields.caption,
      location: fields.location,
      mentions: fields.mentions,
      media,
    };
    const { id } = post;
    await store.record(
      site.processingDelayMs > 0
        ? { type: 'posted', post }
        : [
            { type: 'posted', post },
            { type: 'postPublished', id },
          ],
      { sync: true },
    );
    return post;
  }

  router.get(`${side.base}/p/:id`, gate, async (request, response) => {
    const viewer = viewerOf(response);
    const post = store.state.posts.get(String(request.params.id));
    const author = post && store.account(post.username);
    const visible = post?.surface === side.surface && (post.publishedAt !== null || author === viewer);
    if (!author || !visible) return refuse(request, response, 404, `There is no such ${side.noun}.`, viewer);
    if (permalink(post) !== request.path) return goTo(request, response, permalink(post));
    sendPage(response, 200, postPage(post, author, viewer));
  });
}

async function fileProblem({ file }: ReceivedForm, side: Side): Promise<string | null> {
  if (!file) return side === CLIPS ? 'Choose a video first.' : 'Choose a video or photo first.';
  if (file.tooLarge) return 'This file is too large: 200 MiB at most.';
  const type = await inspectMedia(file.tempPath);
  if (type === null) return MESSAGES.badFile;
  return side.accepts.includes(type.kind) ? null : 'Clips are videos. This file is a photo.';
}

function checkFields(site: Site, { fields }: ReceivedForm): Checked {
  const caption = (fields.get('caption') ?? '').replaceAll('\r\n', '\n');
  if ([...caption].length > MAX_CAPTION) return { problem: `The caption may have at most ${MAX_CAPTION} characters.` };
  const location = (fields.get('location') ?? '').trim();
  if ([...location].length > MAX_LOCATION) {
    return { problem: `The location may have at most ${MAX_LOCATION} characters.` };
  }
  const names = (fields.get('mentions') ?? '').split(/[,\s]+/).map((name) => name.replace(/^@/, ''));
  const mentions = new Set<string>();
  for (const name of names.filter((given) => given !== '')) {
    const mentioned = site.store.account(name);
    if (!mentioned) return { problem: `There is no account named @${name}.` };
    mentions.add(mentioned.username);
  }
  if (mentions.size > MAX_MENTIONS) return { problem: `A post may mention at most ${MAX_MENTIONS} accounts.` };
  return { caption, location: location === '' ? null : location, mentions: [...mentions] };
}
