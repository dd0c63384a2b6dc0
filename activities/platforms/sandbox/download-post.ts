import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { TaskError } from '../../../contracts/errors.ts';
import { say } from '../../../contracts/said.ts';
import type { ListedPost } from '../../../contracts/steps.ts';
import type { StepOptions } from '../driver.ts';
import { expectVisible, visit } from '../page-steps.ts';
import { harbor, requireInside } from './page.ts';
import { readMedia } from './read-media.ts';
import type { Site } from './site.ts';
import { postIdOf } from './site.ts';

const EXTENSIONS: Readonly<Record<string, string>> = {
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'video/webm': 'webm',
  'image/jpeg': 'jpg',
  'image/png': 'png',
};

const gone = () => new TaskError('TargetNotFound', 'The post is no longer on the platform.');

export async function downloadPost(
  page: Page,
  site: Site,
  post: ListedPost,
  folder: string,
  options: StepOptions,
): Promise<{ filePath: string }> {
  options.progress('opening the post');
  const id = postIdOf(site, new URL(post.permalink, `${site.url}/`));
  if (id === null) throw new TaskError('InvalidInput', 'The address is not that of a post of this platform.');
  // The site's own address, also when the post was listed while the site was to be found at another one.
  const response = await visit(page, `${site.url}${site.prefix}/p/${id}`, options);
  await requireInside(page, response);
  if (response?.status() === 404) throw gone();
  const element = await expectVisible(harbor.postMedia(page), 'the picture or film of the post', options);
  const address = new URL((await element.getAttribute('src', { signal: options.signal })) ?? '', page.url()).href;

  options.progress('fetching the media');
  const media = await readMedia(page, address, options);
  if (media === null) throw gone();
  const extension = EXTENSIONS[media.type];
  if (extension === undefined) {
    throw new TaskError('PageChanged', say('page.no-picture', { type: media.type || 'no type' }));
  }
  // The page names the post, so its id is not trusted as part of a path.
  const filePath = join(folder, `${id.replace(/[^A-Za-z0-9_-]/g, '_')}.${extension}`);
  await writeFile(filePath, media.bytes, { signal: options.signal });
  return { filePath };
}
