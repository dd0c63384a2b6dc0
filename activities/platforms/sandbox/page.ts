import type { Locator, Page, Response } from 'playwright-core';
import { TaskError } from '../../../contracts/errors.ts';
import { checkStatus, pathOf } from '../page-steps.ts';
import type { Site } from './site.ts';

/** Only a logged-in visitor has the main navigation. */
const navigationLink = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true });

/** Harbor's pages as a person finds things on them. */
export const harbor = {
  username: (page: Page) => page.getByLabel('Username'),
  password: (page: Page) => page.getByLabel('Password'),
  logIn: (page: Page) => page.getByRole('button', { name: 'Log in', exact: true }),
  authenticationCode: (page: Page) => page.getByLabel('Authentication code'),
  verify: (page: Page) => page.getByRole('button', { name: 'Verify' }),
  challenge: (page: Page) => page.getByRole('heading', { name: "Confirm it's you" }),
  emailCode: (page: Page) => page.getByLabel('Code from your e-mail'),
  confirm: (page: Page) => page.getByRole('button', { name: 'Confirm' }),
  logOut: (page: Page) => page.getByRole('button', { name: 'Log out' }),
  ownProfile: (page: Page) => navigationLink(page, 'Profile'),
  file: (page: Page) => page.getByLabel('Choose a video or photo'),
  caption: (page: Page) => page.getByLabel('Caption', { exact: true }),
  location: (page: Page) => page.getByLabel('Location', { exact: true }),
  mentions: (page: Page) => page.getByLabel('Mentions', { exact: true }),
  submit: (page: Page, { submitButton }: Site) => page.getByRole('button', { name: submitButton, exact: true }),
  shared: (page: Page) => page.getByRole('status').filter({ hasText: 'Your post is' }),
  viewPost: (page: Page) => page.getByRole('link', { name: 'View post' }),
  alert: (page: Page) => page.getByRole('alert'),
  profileName: (page: Page) => page.getByRole('heading', { level: 1 }),
  posts: (page: Page, { list }: Site) => page.getByRole('list', { name: list, exact: true }).getByRole('listitem'),
  noPosts: (page: Page, { emptyList }: Site) => page.getByText(emptyList),
  older: (page: Page) => page.getByRole('link', { name: /^Older/ }),
  bio: (page: Page) => page.getByLabel('Bio', { exact: true }),
  saveProfile: (page: Page) => page.getByRole('button', { name: 'Save profile', exact: true }),
  photo: (page: Page) => page.getByRole('img', { name: /^Profile photo of / }),
  photoFile: (page: Page) => page.getByLabel('Profile photo', { exact: true }),
  savePhoto: (page: Page) => page.getByRole('button', { name: 'Save photo', exact: true }),
  follow: (page: Page) => page.getByRole('button', { name: 'Follow', exact: true }),
  following: (page: Page) => page.getByRole('button', { name: 'Following', exact: true }),
  editProfile: (page: Page) => page.getByRole('link', { name: 'Edit profile', exact: true }),
  navigationLink,
  /** The picture or film of the post that the page is about; beside it there is only the author's small photo. */
  postMedia: (page: Page) => page.getByRole('article').locator(':scope > :is(img, video)'),
} satisfies Record<string, (page: Page, detail: never) => Locator>;

/** The text of the alert that is on the page now; null without one. */
export async function alertText(page: Page): Promise<string | null> {
  const texts = await harbor.alert(page).allInnerTexts();
  const text = texts.join(' ').trim();
  return text === '' ? null : text;
}

/** How a refused request without a header says it: "Try again in 12 seconds." */
function secondsIn(text: string): { retryAfterMs: number } | Record<string, never> {
  const seconds = /in (\d+) seconds?/.exec(text)?.[1];
  return seconds ? { retryAfterMs: Number(seconds) * 1_000 } : {};
}

/** What an alert says about the account or the pace, whatever was asked for; null when it is about something else. */
export function refusalOf(alert: string): TaskError | null {
  if (/suspended/i.test(alert)) return new TaskError('AccountBlocked', 'The platform says: this account is suspended.');
  if (/too many requests/i.test(alert)) {
    return new TaskError('Throttled', 'The platform asked to slow down.', secondsIn(alert));
  }
  return null;
}

export type Place = 'login' | 'totp' | 'challenge' | 'inside';

/** Where the visitor has been led to, by the address: every part of Harbor sends visitors on by redirect. */
export function placeOf(page: Page): Place {
  const path = pathOf(page);
  if (path === '/login') return 'login';
  if (path === '/login/totp') return 'totp';
  if (path === '/challenge') return 'challenge';
  return 'inside';
}

export function emailChallenge(): TaskError {
  return new TaskError('ChallengeRequired', 'The platform sent a code by e-mail and asks for it.', {
    challenge: 'email-code',
  });
}

export function totpChallenge(): TaskError {
  return new TaskError('ChallengeRequired', 'The platform asks for a code of the authenticator app.', {
    challenge: 'totp',
  });
}

/**
 * Makes sure that the page belongs to a logged-in visitor.
 * @throws TaskError `SessionExpired`, `ChallengeRequired`, `AccountBlocked`, `Throttled`, `Unavailable`
 */
export async function requireInside(page: Page, response: Response | null): Promise<void> {
  checkStatus(response);
  const place = placeOf(page);
  if (place === 'challenge') throw emailChallenge();
  if (place !== 'inside') throw new TaskError('SessionExpired', 'The platform asks to log in again.');
  const alert = await alertText(page);
  const refusal = alert === null ? null : refusalOf(alert);
  if (refusal) throw refusal;
}
