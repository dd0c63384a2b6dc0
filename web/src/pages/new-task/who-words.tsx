import { useProxy } from '../../api/proxies.ts';
import type { AccountFilter, DryRun } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { formatDate } from '../../i18n/intl.ts';
import { listOf } from '../../ui/format.ts';
import { ACCOUNT_LOOKS } from '../../ui/states.tsx';
import { statusesOf } from '../accounts/account-filter.ts';
import type { Draft } from './draft.ts';

const dayOf = (instant: string, offsetMs = 0): string =>
  formatDate(Date.parse(instant) - offsetMs, { dateStyle: 'medium' });

/** A filter of accounts in words, e.g. "status Active, without a proxy". */
export function useFilterWords(filter: AccountFilter): string {
  const { q, platform, status, tag, withoutTag, proxy, proxyId, session, createdFrom, createdTo } = filter;
  const named = useProxy(proxyId ?? null);
  const parts = [
    q && t('newTask:match.q', { q }),
    platform && t('newTask:match.platform', { platform }),
    status &&
      t('newTask:match.status', {
        list: listOf(statusesOf(status).map((one) => ACCOUNT_LOOKS[one].label)),
      }),
    tag && t('newTask:match.tag', { tag }),
    withoutTag && t('newTask:match.withoutTag', { tag: withoutTag }),
    proxy && t(`newTask:match.proxy.${proxy}`),
    proxyId && t('newTask:match.proxyId', { name: named.data?.name ?? '…' }),
    session && t(`newTask:match.session.${session}`),
    createdFrom && t('newTask:match.from', { date: dayOf(createdFrom) }),
    // The filter ends before this moment; people chose the day that ends with it.
    createdTo && t('newTask:match.to', { date: dayOf(createdTo, 1) }),
  ].filter((part): part is string => Boolean(part));
  return parts.length > 0 ? parts.join(', ') : t('newTask:match.all');
}

/** Who is meant, in words, and how many that are by the last check. */
export function WhoWords({ draft, count }: { draft: Draft; count: DryRun | undefined }) {
  const { mode, tag, platform, ids, filter = {} } = draft;
  const filterWords = useFilterWords(mode === 'filter' ? filter : {});
  const who =
    mode === 'tag'
      ? t('newTask:who.tag', { tag: tag ?? '' })
      : mode === 'platform'
        ? t('newTask:who.platform', { platform: platform ?? '' })
        : mode === 'filter'
          ? t('newTask:who.filter', { words: filterWords })
          : t('newTask:who.picked', { accounts: t('count.accounts', { count: ids.length }) });
  // Picked ones are counted already, and the dry run says how many of them take part.
  return mode === 'ids' || !count
    ? who
    : t('newTask:who.counted', { who, accounts: t('count.accounts', { count: count.total + count.refusedTotal }) });
}
