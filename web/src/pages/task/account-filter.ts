import { ACCOUNT_TASK_STATES, type AccountTaskState } from '../../../../contracts/states.ts';
import type { AccountTaskFilter } from '../../api/account-tasks.ts';
import { type TaskAddress, useFailures } from '../../api/bulk.ts';
import { shared, t } from '../../i18n/index.ts';
import { told } from '../../i18n/told.ts';
import { useAddress } from '../../ui/address.ts';
import { causeText, titleOf } from '../../ui/format.ts';
import { ACCOUNT_TASK_LOOKS } from '../../ui/states.tsx';

/** The parts of the address that narrow the table, and the part of the filter that each stands for. */
export const FILTER_PARTS = { state: 'state', q: 'q', type: 'errorType', cause: 'fingerprint' } as const;
export type FilterPart = keyof typeof FILTER_PARTS;
const NAMES = Object.keys(FILTER_PARTS) as FilterPart[];

export interface AccountFilter {
  filter: AccountTaskFilter & { state?: AccountTaskState | undefined };
  /** Those parts that are set. */
  set: readonly FilterPart[];
  change(changes: Partial<Record<FilterPart, string | null>>): void;
  clear(parts?: readonly FilterPart[]): void;
}

/** What the table of a task is narrowed to, as the address has it. */
export function useAccountFilter(): AccountFilter {
  const { get, setAll, clear } = useAddress();
  const filter = {
    state: ACCOUNT_TASK_STATES.find((one) => one === get('state')),
    q: get('q'),
    errorType: get('type'),
    fingerprint: get('cause'),
  };
  return {
    filter,
    set: NAMES.filter((name) => filter[FILTER_PARTS[name]] !== undefined),
    change: (changes) => setAll(changes as Record<string, string | null>),
    clear: (parts = NAMES) => clear(parts),
  };
}

/** What each part of the filter is called, for those who read it. */
export function useFilterWords(address: TaskAddress, { filter }: AccountFilter): Record<FilterPart, string> {
  const failures = useFailures(address, filter.fingerprint !== undefined);
  const cause = failures.data?.items.find(({ fingerprint }) => fingerprint === filter.fingerprint);
  return {
    state: filter.state ? t('task:filter.state', { state: ACCOUNT_TASK_LOOKS[filter.state].label }) : '',
    q: t('task:filter.name', { text: filter.q ?? '' }),
    type: t('task:filter.type', { type: shared(titleOf(filter.errorType ?? '')) }),
    cause: cause
      ? causeText(told(cause.message, cause.said?.message)) || shared(titleOf(cause.type))
      : (filter.fingerprint ?? ''),
  };
}
