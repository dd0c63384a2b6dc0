export interface PlannedPost {
  mediaId: string;
  caption: string;
  location: string | null;
  mentions: string[];
}

const isPost = (value: unknown): value is PlannedPost =>
  typeof value === 'object' && value !== null && 'mediaId' in value && 'caption' in value;

/** The posts of a plan, or nothing when plans of this kind hold something else. */
export function postsOf(plan: unknown): PlannedPost[] | undefined {
  if (typeof plan !== 'object' || plan === null || !('posts' in plan) || !Array.isArray(plan.posts)) return undefined;
  return plan.posts.every(isPost) ? plan.posts : undefined;
}
