import {
  ACCOUNT_TASK_STATES,
  type AccountTaskState,
  FINAL_ACCOUNT_TASK_STATES,
  type Totals,
} from '../../../contracts/states.ts';
import { t } from '../i18n/index.ts';
import { formatCount, formatShare } from './format.ts';
import classes from './progress.module.css';
import { StateBar } from './state-bar.tsx';
import { ACCOUNT_TASK_LOOKS } from './states.tsx';

/** Ended first, then at work, then waiting: the bar fills from the left. */
const ORDER: readonly AccountTaskState[] = [
  'succeeded',
  'partial',
  'skipped',
  'failed',
  'cancelled',
  'running',
  'paced',
  'parked',
  'pending',
];

export const endedOf = (totals: Totals): number =>
  FINAL_ACCOUNT_TASK_STATES.reduce((sum, state) => sum + totals[state], 0);

export const shareEnded = (totals: Totals): number => (totals.total === 0 ? 0 : endedOf(totals) / totals.total);

const describe = (totals: Totals): string =>
  ORDER.filter((state) => totals[state] > 0)
    .map((state) =>
      t('progress.part', {
        number: formatCount(totals[state]),
        state: ACCOUNT_TASK_LOOKS[state].label.toLowerCase(),
      }),
    )
    .join(', ');

/** The totals of a bulk task as one bar. */
export function ProgressBar({ totals, tall = false }: { totals: Totals; tall?: boolean }) {
  return (
    <div
      className={classes.bar}
      data-tall={tall || undefined}
      role="progressbar"
      aria-valuemin={0}
      aria-valuemax={totals.total}
      aria-valuenow={endedOf(totals)}
      aria-valuetext={t('progress.ended', { share: formatShare(shareEnded(totals)), parts: describe(totals) })}
      aria-label={t('progress.label')}
      title={describe(totals)}
    >
      {ORDER.filter((state) => totals[state] > 0 && state !== 'pending').map((state) => (
        <span
          key={state}
          className={classes.segment}
          style={{ flexGrow: totals[state], background: ACCOUNT_TASK_LOOKS[state].color }}
        />
      ))}
      {totals.pending > 0 && <span className={classes.rest} style={{ flexGrow: totals.pending }} />}
    </div>
  );
}

interface FilterProps {
  totals: Totals;
  value: AccountTaskState | undefined;
  onChange(state: AccountTaskState | undefined): void;
}

/** The states that occur, with their numbers; pressing one shows only its rows. */
export function StateFilter({ totals, value, onChange }: FilterProps) {
  const shown = ACCOUNT_TASK_STATES.filter((state) => totals[state] > 0 || state === value);
  return (
    <StateBar
      label={t('progress.filter')}
      segments={shown.map((state) => {
        const { label, color, hint } = ACCOUNT_TASK_LOOKS[state];
        return { key: state, label, color, hint, count: totals[state] };
      })}
      total={totals.total}
      value={value}
      onChange={onChange}
    />
  );
}
