import { UnstyledButton } from '@mantine/core';
import { t } from '../i18n/index.ts';
import { formatCount } from './format.ts';
import classes from './progress.module.css';

export interface Segment<Key extends string> {
  key: Key;
  label: string;
  color: string;
  count: number;
  hint?: string;
}

interface StateBarProps<Key extends string> {
  label: string;
  segments: readonly Segment<Key>[];
  /** How many there are in all, also those of no segment. */
  total: number;
  value: Key | undefined;
  onChange(key: Key | undefined): void;
  /** A bar above the chips, whose parts can be pressed too. */
  bar?: boolean;
}

/** What occurs, with numbers: pressing one shows only its rows, pressing it again shows all. */
export function StateBar<Key extends string>({ label, segments, total, value, onChange, bar }: StateBarProps<Key>) {
  return (
    <fieldset className={classes.legend} aria-label={label}>
      {bar && (
        // The chips below do the same by keyboard.
        <div className={classes.bar} data-tall data-press aria-hidden>
          {segments
            .filter(({ count }) => count > 0)
            .map(({ key, color, count, label: name }) => (
              <UnstyledButton
                key={key}
                tabIndex={-1}
                title={name}
                className={classes.segment}
                data-dim={(value !== undefined && value !== key) || undefined}
                style={{ flexGrow: count, background: color }}
                onClick={() => onChange(value === key ? undefined : key)}
              />
            ))}
        </div>
      )}
      <UnstyledButton className={classes.chip} aria-pressed={value === undefined} onClick={() => onChange(undefined)}>
        {t('progress.all')} <b className="tabular">{formatCount(total)}</b>
      </UnstyledButton>
      {segments.map(({ key, label: name, color, count, hint }) => (
        <UnstyledButton
          key={key}
          className={classes.chip}
          aria-pressed={value === key}
          title={hint}
          onClick={() => onChange(value === key ? undefined : key)}
        >
          <span className={classes.dot} style={{ background: color }} />
          {name} <b className="tabular">{formatCount(count)}</b>
        </UnstyledButton>
      ))}
    </fieldset>
  );
}
