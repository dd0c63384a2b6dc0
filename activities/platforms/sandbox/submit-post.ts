import { stat } from 'node:fs/promises';
import type { Page, Request, Response } from 'playwright-core';
import { TaskError } from '../../../contracts/errors.ts';
import { say } from '../../../contracts/said.ts';
import type { OwnPost, PostDraft, StepOptions } from '../driver.ts';
import { expectVisible, firstOf, pathOf, throttled, visit } from '../page-steps.ts';
import { alertText, emailChallenge, harbor, placeOf, refusalOf, requireInside } from './page.ts';
import type { Site } from './site.ts';
import { postIdOf } from './site.ts';

const ANSWER_TIMEOUT_MS = 90_000;
/** The slowest upload that is still waited for: 1 Mbit/s. */
const BYTES_A_MS = 125;
const SHOWN_TIMEOUT_MS = 10_000;

async function fileBytes(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    throw new TaskError('Unavailable', 'The file to post is not on this host.');
  }
}

async function fillForm(page: Page, draft: PostDraft, options: StepOptions): Promise<void> {
  const { signal } = options;
  const file = await expectVisible(harbor.file(page), 'the field "Choose a video or photo"', options);
  const caption = await expectVisible(harbor.caption(page), 'the field "Caption"', options);
  await file.setInputFiles(draft.filePath, { signal });
  await caption.fill(draft.caption, { signal });
  if (draft.location !== null) {
    const location = await expectVisible(harbor.location(page), 'the field "Location"', options);
    await location.fill(draft.location, { signal });
  }
  if (draft.mentions.length > 0) {
    const mentions = await expectVisible(harbor.mentions(page), 'the field "Mentions"', options);
    await mentions.fill(draft.mentions.join(', '), { signal });
  }
}

const uploadPath = ({ prefix }: Site) => `${prefix}/upload`;

/** The answer to the submit; null when none came. */
function pressSubmit(page: Page, site: Site, timeout: number, { signal }: StepOptions): Promise<Response | null> {
  const path = uploadPath(site);
  const isSubmit = (request: Request) => request.method() === 'POST' && new URL(request.url()).pathname === path;
  return firstOf<Response | null>(
    signal,
    (ended) => [
      page.waitForResponse((response) => isSubmit(response.request()), { timeout, signal: ended }),
      page.waitForEvent('requestfailed', { predicate: isSubmit, timeout, signal: ended }).then(() => null),
      page.waitForEvent('crash', { timeout, signal: ended }).then(() => null),
    ],
    () => harbor.submit(page, site).click({ noWaitAfter: true, timeout: SHOWN_TIMEOUT_MS, signal }),
  );
}

function unknown(why: string): TaskError {
  return new TaskError('OutcomeUnknown', say('sent.unclear', { why }));
}

/** A refusal that leaves no doubt: the platform answered, and said no. */
async function refusalAfterSubmit(
  page: Page,
  site: Site,
  response: Response,
  options: StepOptions,
): Promise<TaskError> {
  const status = response.status();
  if (status === 429) return throttled(response);
  if (status === 401) {
    await page.waitForURL((url) => url.pathname !== uploadPath(site), {
      waitUntil: 'commit',
      timeout: SHOWN_TIMEOUT_MS,
      signal: options.signal,
    });
    if (placeOf(page) === 'challenge') return emailChallenge();
    return new TaskError('SessionExpired', 'The platform asks to log in again; it did not take the post.');
  }
  await expectVisible(harbor.alert(page), 'an alert that says why', options);
  const alert = (await alertText(page)) ?? '';
  const general = refusalOf(alert);
  if (general) return general;
  if (status === 413 || /file|video|photo|media/i.test(alert)) {
    return new TaskError('MediaRejected', say('platform.refused-file', { why: alert }));
  }
  return new TaskError('InvalidInput', say('platform.refused-post', { why: alert }));
}

/** Reads the new post off the page that says it is shared. */
async function sharedPost(page: Page, site: Site, caption: string, options: StepOptions): Promise<OwnPost> {
  const status = await expectVisible(harbor.shared(page), 'the note that the post is shared', options);
  const link = await expectVisible(harbor.viewPost(page), 'the link "View post"', options);
  const text = (await status.textContent()) ?? '';
  const permalink = new URL((await link.getAttribute('href')) ?? '', `${site.url}/`);
  const id = postIdOf(site, permalink);
  if (!id) throw unknown(say('sent.link'));
  return { id, permalink: permalink.href, caption, state: /processing/i.test(text) ? 'processing' : 'published' };
}

/**
 * Up to the press of the button nothing has been posted, whatever goes wrong. From then on, only a clear answer counts.
 * A connection that was refused is none: Chromium sends a form again by itself when a kept-open connection breaks, and
 * tells only how the last try ended.
 */
export async function submitPost(page: Page, site: Site, draft: PostDraft, options: StepOptions): Promise<OwnPost> {
  const bytes = await fileBytes(draft.filePath);
  options.progress('opening the upload page', 0);
  await requireInside(page, await visit(page, site.url + uploadPath(site), options));
  await fillForm(page, draft, options);
  const submit = await expectVisible(
    harbor.submit(page, site),
    say('page.button', { name: site.submitButton }),
    options,
  );
  await submit.click({ trial: true, timeout: SHOWN_TIMEOUT_MS, signal: options.signal });
  options.signal.throwIfAborted();

  options.progress('uploading', 0.1);
  try {
    const response = await pressSubmit(page, site, ANSWER_TIMEOUT_MS + bytes / BYTES_A_MS, options);
    if (!response) throw unknown(say('sent.lost'));
    const status = response.status();
    if (status >= 500) throw unknown(say('sent.status', { status }));
    if (status >= 400) throw await refusalAfterSubmit(page, site, response, options);
    const post = await sharedPost(page, site, draft.caption, options);
    options.progress('shared', 1);
    return post;
  } catch (error) {
    if (error instanceof TaskError && error.type !== 'PageChanged') throw error;
    if (options.signal.aborted) throw unknown(say('sent.stopped'));
    if (error instanceof TaskError) throw unknown(error.message);
    throw unknown(
      error instanceof Error && error.name === 'TimeoutError'
        ? say('sent.late')
        : say('sent.broke', { path: pathOf(page) }),
    );
  }
}
