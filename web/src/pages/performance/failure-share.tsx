import { t } from '../../i18n/index.ts';
import { formatShare } from '../../ui/format.ts';
import { typeName } from '../errors/error-values.ts';
import classes from './performance.module.css';
import { colorOf, type KindPerformance } from './performance-values.ts';

/** How much of what ended failed, and of what: each type a part of the bar. */
export function FailureShare({ kind }: { kind: KindPerformance }) {
  if (kind.failureShare === null) return <>–</>;
  return (
    <span className={classes.share}>
      <span
        className={classes.track}
        role="img"
        aria-label={kind.failures
          .map(({ type, share }) => t('performance:typeShare', { type: typeName(type), share: formatShare(share) }))
          .join(', ')}
      >
        {kind.failures.map(({ type, share }) => (
          <span
            key={type}
            className={classes.part}
            style={{ width: `${share * 100}%`, background: colorOf(type) }}
            title={t('performance:typeShare', { type: typeName(type), share: formatShare(share) })}
          />
        ))}
      </span>
      <span className="tabular">{formatShare(kind.failureShare)}</span>
    </span>
  );
}
