import { t } from '../../i18n/index.ts';
import { formatShare } from '../../ui/format.ts';
import { typeName } from '../errors/error-values.ts';
import classes from './performance.module.css';
import { colorOf, type KindPerformance } from './performance-values.ts';

const partOf = ({ type, share }: KindPerformance['failures'][number]): string =>
  t('performance:typeShare', { type: typeName(type), share: formatShare(share) });

/** How much of what ended failed, and of what: each type a part of the bar. */
export function FailureShare({ kind }: { kind: KindPerformance }) {
  if (kind.failureShare === null) return <>–</>;
  return (
    <span className={classes.share}>
      {kind.failures.length > 0 ? (
        <span className={classes.track} role="img" aria-label={kind.failures.map(partOf).join(', ')}>
          {kind.failures.map((failure) => (
            <span
              key={failure.type}
              className={classes.part}
              style={{ width: `${failure.share * 100}%`, background: colorOf(failure.type) }}
              title={partOf(failure)}
            />
          ))}
        </span>
      ) : (
        <span className={classes.track} aria-hidden />
      )}
      <span className="tabular">{formatShare(kind.failureShare)}</span>
    </span>
  );
}
