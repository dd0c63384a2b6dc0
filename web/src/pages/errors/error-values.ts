import { ERROR_TYPES, isErrorType } from '../../../../contracts/errors.ts';
import { WORKER_ROLES } from '../../../../contracts/queues.ts';
import type { Cause, GroupFilter } from '../../api/errors.ts';
import type { LoggedError } from '../../api/types.ts';
import { shared, t } from '../../i18n/index.ts';
import { policyWords } from '../../i18n/policy-words.ts';
import { told } from '../../i18n/told.ts';
import type { Address } from '../../ui/address.ts';
import { causeText, titleOf } from '../../ui/format.ts';

export const SOURCES = ['account-task', ...WORKER_ROLES.map((role) => `worker/${role}`)] as const;
export const SPANS = [1, 24, 168, 720] as const;
export const STATES = ['open', 'resolved', 'all'] as const;
/** The parts of the address that narrow the list. */
export const FILTERS = ['q', 'state', 'kind', 'type', 'source', 'host', 'hours', 'task', 'accountTask'] as const;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const idOf = (text: string | undefined): string | undefined => (text && UUID.test(text) ? text : undefined);

/** Which causes the address asks for: the open ones unless it says otherwise. */
export function filterOf({ get }: Address): GroupFilter {
  const state = STATES.find((one) => one === get('state')) ?? 'open';
  const values = {
    text: get('q'),
    kind: get('kind'),
    type: get('type'),
    source: get('source'),
    workerId: idOf(get('host')),
    taskId: idOf(get('task')),
    accountTaskId: idOf(get('accountTask')),
    hours: SPANS.find((hours) => String(hours) === get('hours')),
    state: state === 'all' ? undefined : state,
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as GroupFilter;
}

/** `PageChanged` → `Page changed`. */
export const typeName = (type: string): string => shared(titleOf(type));

/** What the errors of a cause say. */
export const causeName = ({ title, said }: Cause): string => causeText(told(title, said?.title));

export function sourceName(source: string): string {
  if (source === 'account-task') return t('errors:source.accountTask');
  const role = WORKER_ROLES.find((one) => source === `worker/${one}`);
  return role ? t('errors:source.worker', { role: t(`role.worker.${role}`) }) : source;
}

/** What a person can do about it. */
export const adviceOn = (type: string): string => (isErrorType(type) ? policyWords(type) : t('errors:advice.other'));

/** All that are known, and those that have been seen beside them. */
export const typesWith = (seen: readonly string[]): string[] => [...new Set<string>([...ERROR_TYPES, ...seen])];

/** How often it happened: like ones are gathered into one row. */
export function timesOf({ detail }: Pick<LoggedError, 'detail'>): number {
  const { count } = detail;
  return typeof count === 'number' && count > 1 ? count : 1;
}

/** The account task with its evidence, in the page of its bulk task. */
export const accountTaskLink = ({ kind, taskId, accountTaskId }: LoggedError): string | undefined =>
  kind && taskId ? `/tasks/${kind}/${taskId}${accountTaskId ? `?account=${accountTaskId}` : ''}` : undefined;
