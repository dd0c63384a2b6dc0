import type { ListedProxy } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { listOf } from '../../ui/format.ts';
import classes from './proxies.module.css';

type Check = ListedProxy['recent'][number];
const STATUSES = ['healthy', 'unstable', 'failing'] as const;

/** Slower than this is drawn as high as it gets. */
const SLOW_MS = 3_000;
const LEAST_SHARE = 0.3;

/** Slow ones are taller; one that failed is as tall as it gets. */
const heightOf = ({ status, p50Ms }: Check): string => {
  const share = status === 'failing' || p50Ms === null ? 1 : Math.min(1, p50Ms / SLOW_MS);
  return `${Math.round(100 * (LEAST_SHARE + (1 - LEAST_SHARE) * share))}%`;
};

/** The last checks of a proxy at a glance, oldest first: how each ended, and how slow it was. */
export function HealthStrip({ checks }: { checks: readonly Check[] }) {
  if (checks.length === 0) return <span className={classes.unchecked}>–</span>;
  const counts = STATUSES.map((status) => ({ status, n: checks.filter((check) => check.status === status).length }));
  const words = counts.filter(({ n }) => n > 0).map(({ status, n }) => t(`proxies:strip.${status}`, { count: n }));
  const label = t('proxies:strip', { count: checks.length, list: listOf(words) });
  return (
    <span className={classes.strip} role="img" aria-label={label} title={label}>
      {checks.map((check) => (
        <span key={check.at} data-status={check.status} style={{ height: heightOf(check) }} />
      ))}
    </span>
  );
}
