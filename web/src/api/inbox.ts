import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ChallengeState, ChallengeType } from '../../../contracts/bulk.ts';
import type { paths } from '../../../contracts/openapi.d.ts';
import { api, unwrap } from './client.ts';
import { type LiveEvent, useLive } from './live.ts';
import { type PagedList, usePagedList } from './pages.ts';
import { useSerial } from './serial.ts';

const INBOX = ['inbox'];
const PAGE = 50;
/** An entry that nobody answers in time closes without anybody doing something. */
const LOOK_AGAIN_MS = 60_000;

export type InboxItem = paths['/api/inbox']['get']['responses'][200]['content']['application/json']['items'][number];
export type InboxAnswer = { action: 'code'; code: string } | { action: 'solved' } | { action: 'skip' };

export interface InboxFilter {
  state: ChallengeState;
  type?: ChallengeType | undefined;
}

export function useInbox({ state, type }: InboxFilter): PagedList<InboxItem> {
  return usePagedList<InboxItem>({
    queryKey: [...INBOX, 'list', state, type ?? null],
    fetchPage: (cursor) =>
      unwrap(
        api.GET('/api/inbox', {
          params: { query: { state, limit: PAGE, ...(type ? { type } : {}), ...(cursor ? { cursor } : {}) } },
        }),
      ),
  });
}

const mayMoveInbox = (event: LiveEvent): boolean =>
  (event.type === 'other' && event.name === 'challenge') ||
  (event.type === 'account-task' && (event.from === 'parked' || event.to === 'parked'));

/** How many entries are open; everything about the inbox is read again when something in it has changed. */
export function useInboxCount(): number {
  const client = useQueryClient();
  const refresh = useSerial(() => client.invalidateQueries({ queryKey: INBOX }));
  useLive(undefined, (events) => {
    if (events.length === 0 || events.some(mayMoveInbox)) refresh();
  });
  const count = useQuery({
    queryKey: [...INBOX, 'count'],
    queryFn: () => unwrap(api.GET('/api/inbox/count')),
    refetchInterval: LOOK_AGAIN_MS,
  });
  return count.data?.open ?? 0;
}

/** Answers an entry and has everything that shows it read again, also when the answer was refused. */
export function useAnswer(challengeId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (answer: InboxAnswer) =>
      unwrap(api.POST('/api/inbox/{id}/answer', { params: { path: { id: challengeId } }, body: answer })),
    // Not waited for: with the new list the form is gone, and with it whoever wanted to know of the success.
    onSettled: () => {
      void client.invalidateQueries({ queryKey: INBOX });
      void client.invalidateQueries({ queryKey: ['bulk', 'account-task'] });
    },
  });
}
