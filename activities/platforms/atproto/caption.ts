import type { Agent } from '@atproto/api';
import { AppBskyRichtextFacet, RichText } from '@atproto/api';
import { TaskError } from '../../../contracts/errors.ts';
import { say } from '../../../contracts/said.ts';
import type { PostDraft } from '../driver.ts';
import { isCertainRefusal, toTaskError } from './errors.ts';

/**
 * The network has no field for a place, and a mention is a piece of the text. Both are written below the caption, in
 * lines that are known again: what is listed as the caption later is the caption alone.
 */
const PLACE = '📍 ';
const WITH = 'with ';
const BELOW = /\n\n(?:📍 [^\n]+(?:\nwith @\S+(?: @\S+)*)?|with @\S+(?: @\S+)*)$/u;

export interface PostText {
  text: string;
  facets: AppBskyRichtextFacet.Main[];
}

const nameOf = (mention: string) => mention.trim().replace(/^@/, '');

function mentionsIn(text: string, name: string): boolean {
  return text
    .toLowerCase()
    .split(/[^\w.@-]+/)
    .some((word) => word.replace(/\.$/, '') === `@${name.toLowerCase()}`);
}

/** The caption, and below it the place and those of the mentions that it does not hold itself. */
export function textOf({ caption, location, mentions }: Pick<PostDraft, 'caption' | 'location' | 'mentions'>): string {
  const missing = mentions.map(nameOf).filter((name) => name !== '' && !mentionsIn(caption, name));
  const place = location?.replace(/\s+/g, ' ').trim();
  const lines = [
    ...(place ? [PLACE + place] : []),
    ...(missing.length > 0 ? [WITH + missing.map((name) => `@${name}`).join(' ')] : []),
  ];
  return lines.length === 0 ? caption : `${caption}\n\n${lines.join('\n')}`;
}

/** The caption of a listed post, without what {@link textOf} wrote below it. */
export function captionOf(text: string): string {
  return text.replace(BELOW, '');
}

/**
 * Links, hashtags and mentions of a text. A mention whose account does not exist stays plain text.
 * @throws TaskError `InvalidInput` for a text that is too long; XRPCError where a name could not be asked for
 */
export async function postText(agent: Agent, draft: PostDraft, maxGraphemes: number): Promise<PostText> {
  const rich = new RichText({ text: textOf(draft) });
  if (rich.graphemeLength > maxGraphemes) {
    const code = draft.caption === rich.text ? 'platform.caption' : 'platform.caption-added';
    throw new TaskError('InvalidInput', say(code, { count: maxGraphemes }));
  }
  rich.detectFacetsWithoutResolution();
  const facets: AppBskyRichtextFacet.Main[] = [];
  for (const facet of rich.facets ?? []) {
    const [feature] = facet.features;
    if (!AppBskyRichtextFacet.isMention(feature)) facets.push(facet);
    else {
      const did = await didOf(agent, feature.did);
      if (did !== null) facets.push({ ...facet, features: [{ ...feature, did }] });
    }
  }
  return { text: rich.text, facets };
}

/** The account that a name belongs to; null for none. */
export async function didOf(agent: Agent, name: string): Promise<string | null> {
  if (name.startsWith('did:')) return name;
  try {
    return (await agent.com.atproto.identity.resolveHandle({ handle: name })).data.did;
  } catch (error) {
    if (isCertainRefusal(error) && toTaskError(error).type === 'InvalidInput') return null;
    throw error;
  }
}
