import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from './client.ts';
import { useLive } from './live.ts';
import type { BulkTaskItem } from './types.ts';

/** So many links are shown of the first upload. */
export const SHOWN_POSTS = 5;

/** What the first steps are told by, within `bulk`: whatever changes a bulk task has it read again. */
const UPLOADS = ['bulk', 'guide'];

export interface Uploads {
  /** One whose posts are out: the oldest of the newest hundred. */
  done: BulkTaskItem | undefined;
  /** The newest that has not ended. */
  open: BulkTaskItem | undefined;
  /** The newest, when it ended without a post. */
  empty: BulkTaskItem | undefined;
}

export const postsOut = ({ counters }: Pick<BulkTaskItem, 'counters'>): number =>
  (counters.posted ?? 0) + (counters.alreadyPosted ?? 0);

async function readUploads(): Promise<Uploads> {
  // Every kind has the same list under its own address.
  const { items } = await unwrap(api.GET('/api/bulk/upload' as '/api/bulk', { params: { query: { limit: 100 } } }));
  const [newest] = items;
  const done = items.findLast((task) => task.finishedAt !== null && postsOut(task) > 0);
  const empty = newest?.finishedAt && postsOut(newest) === 0 ? newest : undefined;
  return { done, open: items.find(({ finishedAt }) => finishedAt === null), empty };
}

/** The uploads as the first steps see them, live. */
export function useUploadSteps() {
  const client = useQueryClient();
  useLive(undefined, () => void client.invalidateQueries({ queryKey: UPLOADS }));
  return useQuery({ queryKey: UPLOADS, queryFn: readUploads });
}

export interface FirstPost {
  username: string;
  permalink: string;
}

/** Links of the first posts of an upload. */
export function useFirstPosts({ kind, id }: Pick<BulkTaskItem, 'kind' | 'id'>) {
  return useQuery({
    queryKey: ['bulk', 'first-posts', id],
    queryFn: async (): Promise<FirstPost[]> => {
      const query = { limit: SHOWN_POSTS, state: 'succeeded' } as const;
      const { items } = await unwrap(
        api.GET('/api/bulk/{kind}/{id}/accounts', { params: { path: { kind, id }, query } }),
      );
      const read = items.map(async ({ id: accountTaskId, username }) => {
        const path = { kind, id, accountTaskId };
        const { intents } = await unwrap(
          api.GET('/api/bulk/{kind}/{id}/accounts/{accountTaskId}', { params: { path } }),
        );
        return intents.flatMap(({ permalink }) => (permalink ? [{ username, permalink }] : []));
      });
      return (await Promise.all(read)).flat().slice(0, SHOWN_POSTS);
    },
  });
}
