import type { Page } from 'playwright-core';
import { TaskError } from '../../../contracts/errors.ts';
import { say } from '../../../contracts/said.ts';
import type { StepOptions } from '../driver.ts';
import { expectVisible, sendForm, visit } from '../page-steps.ts';
import { harbor, requireInside } from './page.ts';
import { bringAbout } from './profile-steps.ts';
import type { Site } from './site.ts';
import { profileUrl } from './site.ts';

/** @param target a user name, with or without `@` */
export async function follow(
  page: Page,
  site: Site,
  target: string,
  options: StepOptions,
): Promise<{ changed: boolean }> {
  const name = target.replace(/^@/, '');
  options.progress('follow');
  const isSo = async () => {
    const response = await visit(page, profileUrl(site, name), options);
    await requireInside(page, response);
    if (response?.status() === 404) {
      throw new TaskError('TargetNotFound', say('platform.no-account', { name }));
    }
    const shown = harbor.follow(page).or(harbor.following(page)).or(harbor.editProfile(page));
    await expectVisible(shown, 'the button "Follow" or "Following"', options);
    return harbor.following(page).isVisible();
  };
  if (await isSo()) return { changed: false };
  if (await harbor.editProfile(page).isVisible()) {
    throw new TaskError('InvalidInput', 'An account cannot follow itself.');
  }
  return bringAbout(page, () => sendForm(page, harbor.follow(page), options), isSo, 'InvalidInput');
}
