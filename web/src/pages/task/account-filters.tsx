import { Button, Group, Select, Title } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { AccountTaskState, Totals } from '../../../../contracts/states.ts';
import { type TaskAddress, useFailures } from '../../api/bulk.ts';
import { shared, t } from '../../i18n/index.ts';
import { formatCount, titleOf } from '../../ui/format.ts';
import { StateFilter } from '../../ui/progress.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { type AccountFilter, useFilterWords } from './account-filter.ts';
import classes from './task.module.css';

interface PartProps {
  address: TaskAddress;
  totals: Totals;
  narrowed: AccountFilter;
}

/** The types of error that occur, with their numbers. */
function TypeFilter({ address, totals, narrowed: { filter, change } }: PartProps) {
  const value = filter.errorType;
  const occurs = totals.failed + totals.partial > 0;
  const failures = useFailures(address, occurs || value !== undefined);
  const types = failures.data?.types ?? [];
  if (!occurs && value === undefined) return null;
  const choices = types.map(({ type, count }) => ({
    value: type,
    label: t('task:filter.typeCount', { type: shared(titleOf(type)), count: formatCount(count) }),
  }));
  // What the address names is shown as chosen, also when it does not occur any more.
  if (value !== undefined && !types.some(({ type }) => type === value))
    choices.push({ value, label: shared(titleOf(value)) });
  return (
    <Select
      className={classes.typeFilter}
      aria-label={t('task:filter.types')}
      placeholder={t('task:filter.anyType')}
      clearable
      data={choices}
      value={value ?? null}
      // A cause is of one type: another type and that cause together match nothing.
      onChange={(type) => change({ type, cause: null })}
    />
  );
}

/** What the table is narrowed by: state, type of error, name, and a cause that was chosen above. */
export function AccountFilters(props: PartProps) {
  const { totals, narrowed } = props;
  const { filter, set, change, clear } = narrowed;
  const words = useFilterWords(props.address, narrowed);
  return (
    <>
      <Group justify="space-between" mb="sm" gap="sm">
        <Title order={2}>{t('task:accounts')}</Title>
        <Group gap="sm" className={classes.filters}>
          <TypeFilter {...props} />
          <SearchField label={t('field.searchUser')} value={filter.q} onChange={(q) => change({ q: q ?? null })} />
        </Group>
      </Group>
      <div style={{ marginBottom: 12 }}>
        <StateFilter
          totals={totals}
          value={filter.state}
          onChange={(state: AccountTaskState | undefined) => change({ state: state ?? null })}
        />
      </div>
      {set.includes('cause') && (
        <Button
          variant="light"
          size="compact-sm"
          mb="sm"
          maw="100%"
          rightSection={<IconX size={14} />}
          aria-label={t('task:failures.clear', { cause: words.cause })}
          onClick={() => clear(['cause'])}
        >
          {words.cause}
        </Button>
      )}
    </>
  );
}
