import { shared, t } from '../../i18n/index.ts';
import { formatCount, titleOf } from '../../ui/format.ts';
import { typeName } from '../errors/error-values.ts';
import classes from './performance.module.css';
import { durationText, type Scale, type StepPerformance, scaleOf } from './performance-values.ts';

const percent = (share: number): string => `${share * 100}%`;

/** From where half of them were done to where all but a twentieth were, on the scale of the table. */
function Range({ step, scale }: { step: StepPerformance; scale: Scale }) {
  const { p50Ms, p95Ms } = step;
  if (p50Ms === null || p95Ms === null) return null;
  const [from, to] = [scale.place(p50Ms), scale.place(p95Ms)];
  return (
    <span className={classes.range} aria-hidden>
      {scale.ticks.map((tick) => (
        <span key={tick} className={classes.line} style={{ left: percent(scale.place(tick)) }} />
      ))}
      <span className={classes.span} style={{ left: percent(from), width: percent(to - from) }} />
      <span className={classes.dot} style={{ left: percent(from) }} title={t('performance:half')} />
      <span className={classes.end} style={{ left: percent(to) }} title={t('performance:most')} />
    </span>
  );
}

const failuresOf = ({ failures }: StepPerformance): number => failures.reduce((sum, { count }) => sum + count, 0);

/** How long each step takes and how often it fails. */
export function Steps({ steps }: { steps: readonly StepPerformance[] }) {
  const scale = scaleOf(steps);
  return (
    <table className={classes.steps}>
      <thead>
        <tr>
          <th scope="col">{t('performance:step')}</th>
          <th scope="col" data-align="right">
            {t('performance:times')}
          </th>
          <th scope="col" data-align="right">
            {t('performance:stepFailures')}
          </th>
          <th scope="col" data-align="right">
            p50
          </th>
          <th scope="col" data-align="right">
            p95
          </th>
          <th scope="col" aria-label={t('performance:range')}>
            {scale && (
              <span className={classes.scale} aria-hidden>
                {scale.ticks.map((tick) => (
                  <span key={tick} className={classes.tick} style={{ left: percent(scale.place(tick)) }}>
                    {tick < 60_000 ? durationText(tick) : t('performance:minutes', { min: tick / 60_000 })}
                  </span>
                ))}
              </span>
            )}
          </th>
        </tr>
      </thead>
      <tbody>
        {steps.map((step) => (
          <tr key={step.step}>
            <td>{shared(titleOf(step.step))}</td>
            <td data-align="right">{formatCount(step.count)}</td>
            <td
              data-align="right"
              title={step.failures.map(({ type, count }) => `${typeName(type)}: ${formatCount(count)}`).join('\n')}
            >
              {formatCount(failuresOf(step))}
            </td>
            <td data-align="right">{durationText(step.p50Ms)}</td>
            <td data-align="right">{durationText(step.p95Ms)}</td>
            <td>{scale && <Range step={step} scale={scale} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
