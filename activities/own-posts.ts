import type { OwnPost } from './platforms/driver.ts';

/** Platforms trim captions and fold their white space. */
function folded(caption: string): string {
  return caption.normalize('NFC').replace(/\s+/g, ' ').trim();
}

/**
 * The own post that a submit of unknown outcome has made: one that was not there before, with this caption.
 * Of several the oldest, which is the first that such a submit can have made.
 * @param posts newest first, those still processing included
 */
export function findOwnPost(posts: readonly OwnPost[], caption: string, baseline: readonly string[]): OwnPost | null {
  const before = new Set(baseline);
  return posts.filter((post) => !before.has(post.id) && folded(post.caption) === folded(caption)).at(-1) ?? null;
}
