import { Fieldset, NumberInput, SimpleGrid, Text } from '@mantine/core';
import { t } from '../../i18n/index.ts';
import type { LimitField } from './limit-values.ts';

const FIELDS: readonly { field: LimitField; min: number; decimal?: boolean }[] = [
  { field: 'postsPerDay', min: 0 },
  { field: 'followsPerDay', min: 0 },
  { field: 'profileChangesPerDay', min: 0 },
  { field: 'visitsPerDay', min: 0 },
  { field: 'minGapMinutes', min: 0, decimal: true },
  { field: 'maxGapMinutes', min: 0, decimal: true },
  { field: 'perHour', min: 1 },
];

interface LimitFieldsProps {
  form: { getInputProps(field: LimitField): object };
  /** What an empty field means, in sentences and in a word. */
  text?: string;
  placeholder?: string;
  /** Limits that are taken away, and so take no number. */
  away?: readonly LimitField[];
}

/** How fast the account may act, by sort of action. */
export function LimitFields({ form, text, placeholder, away = [] }: LimitFieldsProps) {
  return (
    <Fieldset legend={t('accounts:limits')}>
      <Text size="sm" c="dimmed" mb="xs">
        {text ?? t('accounts:limits.text')}
      </Text>
      <SimpleGrid cols={2} spacing="sm" verticalSpacing="xs">
        {FIELDS.map(({ field, min, decimal = false }) => (
          <NumberInput
            key={field}
            label={t(`accounts:limit.${field}`)}
            placeholder={placeholder ?? t('accounts:limits.asPlatform')}
            min={min}
            allowDecimal={decimal}
            {...form.getInputProps(field)}
            disabled={away.includes(field)}
          />
        ))}
      </SimpleGrid>
    </Fieldset>
  );
}
