import { SegmentedControl } from '@mantine/core';
import { t } from '../i18n/index.ts';

const HOURS_A_DAY = 24;

/** `6 h`, `7 d`. */
export const spanName = (hours: number): string =>
  hours <= HOURS_A_DAY ? t('span.hours', { hours }) : t('span.days', { days: Math.round(hours / HOURS_A_DAY) });

/** The span that an address names, where it is one of the choices. */
export const spanOf = (text: string | undefined, choices: readonly number[], usual: number): number =>
  choices.find((hours) => String(hours) === text) ?? usual;

interface SpanControlProps {
  /** Hours. */
  choices: readonly number[];
  value: number;
  onChange(hours: number): void;
}

/** How far back what is shown goes. */
export const SpanControl = ({ choices, value, onChange }: SpanControlProps) => (
  <SegmentedControl
    aria-label={t('span.label')}
    size="sm"
    data={choices.map((hours) => ({ value: String(hours), label: spanName(hours) }))}
    value={String(value)}
    onChange={(hours) => onChange(Number(hours))}
  />
);
