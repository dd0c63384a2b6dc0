import { Fieldset, NumberInput, SimpleGrid, Text } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { AccountValues } from './account-values.ts';
import type { LimitField } from './limit-values.ts';

const FIELDS: readonly { field: LimitField; label: string; min: number; decimal?: boolean }[] = [
  { field: 'postsPerDay', label: 'Posts a day', min: 0 },
  { field: 'followsPerDay', label: 'Follows a day', min: 0 },
  { field: 'profileChangesPerDay', label: 'Profile changes a day', min: 0 },
  { field: 'visitsPerDay', label: 'Visits a day', min: 0 },
  { field: 'minGapMinutes', label: 'Minutes between, from', min: 0, decimal: true },
  { field: 'maxGapMinutes', label: 'Minutes between, to', min: 0, decimal: true },
  { field: 'perHour', label: 'Of each sort an hour', min: 1 },
];

/** How fast the account may act, by sort of action. */
export function LimitFields({ form }: { form: UseFormReturnType<AccountValues> }) {
  return (
    <Fieldset legend="Limits">
      <Text size="sm" c="dimmed" mb="xs">
        What is left empty is as the platform has it. The time between two actions of a sort is drawn anew each time.
      </Text>
      <SimpleGrid cols={2} spacing="sm" verticalSpacing="xs">
        {FIELDS.map(({ field, label, min, decimal = false }) => (
          <NumberInput
            key={field}
            label={label}
            placeholder="As the platform"
            min={min}
            allowDecimal={decimal}
            {...form.getInputProps(field)}
          />
        ))}
      </SimpleGrid>
    </Fieldset>
  );
}
