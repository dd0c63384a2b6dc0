import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page, Response } from 'playwright-core';
import type { ErrorType } from '../../../contracts/errors.ts';
import { TaskError } from '../../../contracts/errors.ts';
import { say } from '../../../contracts/said.ts';
import type { StepOptions } from '../driver.ts';
import { expectVisible, sendForm, visit } from '../page-steps.ts';
import { alertText, harbor, requireInside } from './page.ts';
import { readMedia } from './read-media.ts';
import type { Site } from './site.ts';
import { profileUrl } from './site.ts';

/**
 * Sends a form that brings about a state, and looks whether it is so now. Where no answer came the state decides: the
 * site may have taken the form all the same.
 * @param refusal what an alert of the page that answers is called
 * @throws TaskError `Unavailable` when the state was not found
 */
export async function bringAbout(
  page: Page,
  send: () => Promise<Response | null>,
  isSo: () => Promise<boolean>,
  refusal: ErrorType,
): Promise<{ changed: boolean }> {
  let silence: TaskError | null = null;
  try {
    await requireInside(page, await send());
    const alert = await alertText(page);
    if (alert !== null) throw new TaskError(refusal, say('platform.refused-it', { why: alert }));
  } catch (error) {
    if (!(error instanceof TaskError && error.type === 'Unavailable')) throw error;
    silence = error;
  }
  if (await isSo()) return { changed: true };
  throw silence ?? new TaskError('Unavailable', 'The platform took the change, and it cannot be found afterwards.');
}

async function openSettings(page: Page, { url }: Site, options: StepOptions): Promise<void> {
  await requireInside(page, await visit(page, `${url}/settings/profile`, options));
}

/** Text fields give line breaks back as `\n`, whatever was put in. */
const lines = (text: string) => text.replace(/\r\n?/g, '\n');

export async function setBio(
  page: Page,
  site: Site,
  _username: string,
  text: string,
  options: StepOptions,
): Promise<{ changed: boolean }> {
  options.progress('bio');
  const isSo = async () => {
    await openSettings(page, site, options);
    const field = await expectVisible(harbor.bio(page), 'the field "Bio"', options);
    return (await field.inputValue({ signal: options.signal })) === lines(text);
  };
  if (await isSo()) return { changed: false };
  await harbor.bio(page).fill(text, { signal: options.signal });
  const save = await expectVisible(harbor.saveProfile(page), 'the button "Save profile"', options);
  return bringAbout(page, () => sendForm(page, save, options), isSo, 'InvalidInput');
}

/** Address of the account's photo on the page that is open. */
async function photoUrl(page: Page, options: StepOptions): Promise<string> {
  const photo = await expectVisible(harbor.photo(page), 'the profile photo', options);
  return new URL((await photo.getAttribute('src', { signal: options.signal })) ?? '', page.url()).href;
}

export async function setAvatar(
  page: Page,
  site: Site,
  username: string,
  filePath: string,
  options: StepOptions,
): Promise<{ changed: boolean }> {
  options.progress('profile photo');
  const file = await readFile(filePath).catch(() => {
    throw new TaskError('Unavailable', 'The picture is not on this host.');
  });
  await openSettings(page, site, options);
  const before = await photoUrl(page, options);
  const shown = await readMedia(page, before, options);
  const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  if (shown !== null && hash(shown.bytes) === hash(file)) return { changed: false };

  const field = await expectVisible(harbor.photoFile(page), 'the field "Profile photo"', options);
  await field.setInputFiles(filePath, { signal: options.signal });
  const save = await expectVisible(harbor.savePhoto(page), 'the button "Save photo"', options);
  return bringAbout(
    page,
    () => sendForm(page, save, options),
    async () => {
      await requireInside(page, await visit(page, profileUrl(site, username), options));
      return (await photoUrl(page, options)) !== before;
    },
    'MediaRejected',
  );
}
