import { WINDOW_DEFAULT } from '../../../../contracts/bulk.ts';
import type { AccountFilter, Order } from '../../api/types.ts';
import type { Repeat } from '../schedules/repeat.ts';

export type ChoiceMode = 'tag' | 'ids' | 'platform' | 'filter';

/** What the steps have gathered so far. */
export interface Draft {
  mode: ChoiceMode;
  tag: string | null;
  platform: string | null;
  ids: string[];
  /** All that match, as the list of accounts had it filtered; an empty one means every account. */
  filter?: AccountFilter;
  params: Record<string, unknown>;
  name: string;
  window: number | string;
  minGapSeconds: number | string;
  breaker: boolean;
  /** Percent. */
  breakerShare: number | string;
  breakerAmong: number | string;
  /** Accounts that go first; empty for all at once. */
  canary?: number | string;
  /** Local time as `<input type="datetime-local">` has it; empty for at once. */
  startAt: string;
  /** Set when the task is ordered again and again. */
  repeat?: Repeat | null;
}

export const emptyDraft = (accountIds: string[] = []): Draft => ({
  mode: accountIds.length > 0 ? 'ids' : 'tag',
  tag: null,
  platform: null,
  ids: accountIds,
  params: {},
  name: '',
  window: WINDOW_DEFAULT,
  minGapSeconds: '',
  breaker: true,
  breakerShare: 50,
  breakerAmong: 20,
  startAt: '',
});

/** The accounts as the API takes them, or nothing while none are chosen. */
export function selectionOf({ mode, tag, platform, ids, filter }: Draft): Order['accounts'] | undefined {
  if (mode === 'tag') return tag ? { tag } : undefined;
  if (mode === 'platform') return platform ? { platform } : undefined;
  if (mode === 'filter') return filter ? { filter } : undefined;
  return ids.length > 0 ? { ids } : undefined;
}

export function orderOf(draft: Draft): Order | undefined {
  const accounts = selectionOf(draft);
  if (!accounts) return undefined;
  const pace = {
    ...(typeof draft.minGapSeconds === 'number' && draft.minGapSeconds > 0
      ? { minGapSeconds: draft.minGapSeconds }
      : {}),
    ...(draft.breaker
      ? { breaker: { share: Number(draft.breakerShare) / 100, among: Number(draft.breakerAmong) } }
      : {}),
  };
  return {
    accounts,
    params: draft.params as Order['params'],
    window: Number(draft.window),
    ...(draft.name.trim() ? { name: draft.name.trim() } : {}),
    ...(Object.keys(pace).length > 0 ? { pace } : {}),
    ...(typeof draft.canary === 'number' ? { canary: draft.canary } : {}),
    ...(draft.startAt ? { startAt: new Date(draft.startAt).toISOString() } : {}),
  };
}

/** Random, in every browser: `crypto.randomUUID` is missing where the page came without TLS. */
export function newIdempotencyKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
