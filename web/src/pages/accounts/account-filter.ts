import { ACCOUNT_STATUSES, type AccountStatus } from '../../../../contracts/states.ts';
import type { AccountFilter } from '../../api/types.ts';

/** The parts of the address that are filters of the list. */
export const FILTER_PARTS = [
  ...['q', 'platform', 'status', 'tag', 'withoutTag', 'proxy', 'session', 'createdFrom', 'createdTo'],
] as const;
export type FilterPart = (typeof FILTER_PARTS)[number];

export const PROXY_SORTS = ['none', 'some', 'failing'] as const;
export const SESSION_SORTS = ['none', 'stored'] as const;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;

/** The statuses of `active,new` that exist. */
export const statusesOf = (text: string | null): AccountStatus[] => {
  const asked = (text ?? '').split(',');
  return ACCOUNT_STATUSES.filter((status) => asked.includes(status));
};

/** The beginning of a day of the viewer's, or of the day behind it, as an instant. */
function startOfDay(text: string | null, daysOn: number): string | undefined {
  const [, year, month, day] = DAY.exec(text ?? '') ?? [];
  if (!year || year < '1000') return undefined;
  const start = new Date(Number(year), Number(month) - 1, Number(day) + daysOn);
  return Number.isNaN(start.getTime()) ? undefined : start.toISOString();
}

const oneOf = <Word extends string>(words: readonly Word[], text: string | null): Word | undefined =>
  words.find((word) => word === text);

/**
 * The filters that the address names. The days are the viewer's, both taken in; a proxy stands there by its id or as
 * one of the sorts. What nobody could have chosen is passed over.
 */
export function filterOf(search: URLSearchParams): AccountFilter {
  const statuses = statusesOf(search.get('status'));
  const proxy = search.get('proxy');
  const given: { [Name in keyof AccountFilter]: AccountFilter[Name] | undefined } = {
    q: search.get('q') ?? undefined,
    platform: search.get('platform') ?? undefined,
    status: statuses.join(',') || undefined,
    tag: search.get('tag') ?? undefined,
    withoutTag: search.get('withoutTag') ?? undefined,
    proxy: oneOf(PROXY_SORTS, proxy),
    proxyId: proxy && UUID.test(proxy) ? proxy : undefined,
    session: oneOf(SESSION_SORTS, search.get('session')),
    createdFrom: startOfDay(search.get('createdFrom'), 0),
    createdTo: startOfDay(search.get('createdTo'), 1),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value)) as AccountFilter;
}
