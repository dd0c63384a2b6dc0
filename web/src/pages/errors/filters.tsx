import { Button, SegmentedControl, Select } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useKinds } from '../../api/bulk.ts';
import { useWorkers } from '../../api/system.ts';
import { shared, t } from '../../i18n/index.ts';
import type { Address } from '../../ui/address.ts';
import { SearchField } from '../../ui/search-field.tsx';
import { spanName } from '../../ui/span-control.tsx';
import { FILTERS, SOURCES, SPANS, STATES, sourceName, typeName, typesWith } from './error-values.ts';
import classes from './errors.module.css';

interface Choice {
  value: string;
  label: string;
}

/** What the address names stays choosable, also where the list does not know it. */
const withCurrent = (choices: Choice[], value: string | undefined): Choice[] =>
  value === undefined || choices.some((choice) => choice.value === value)
    ? choices
    : [...choices, { value, label: value }];

function Filter(props: { address: Address; name: string; label: string; all: string; choices: Choice[] }) {
  const { address, name, label, all, choices } = props;
  const value = address.get(name);
  return (
    <Select
      className={classes.filter}
      aria-label={label}
      placeholder={all}
      clearable
      data={withCurrent(choices, value)}
      value={value ?? null}
      onChange={(next) => address.set(name, next)}
    />
  );
}

/** @param types those that are on the screen */
export function ErrorFilters({ address, types }: { address: Address; types: readonly string[] }) {
  const kinds = useKinds();
  const workers = useWorkers();
  const { get, set, clear } = address;
  const state = STATES.find((one) => one === get('state')) ?? 'open';
  const task = get('accountTask') ?? get('task');
  return (
    <div className={classes.filters}>
      <SearchField label={t('errors:search')} value={get('q')} onChange={(text) => set('q', text)} />
      <SegmentedControl
        aria-label={t('field.state')}
        data={STATES.map((one) => ({ value: one, label: t(`errors:show.${one}`) }))}
        value={state}
        onChange={(next) => set('state', next === 'open' ? null : next)}
      />
      <Filter
        address={address}
        name="type"
        label={t('errors:type')}
        all={t('errors:allTypes')}
        choices={typesWith(types).map((value) => ({ value, label: typeName(value) }))}
      />
      <Filter
        address={address}
        name="kind"
        label={t('field.kind')}
        all={t('errors:allKinds')}
        choices={(kinds.data ?? []).map(({ name, title }) => ({ value: name, label: shared(title) }))}
      />
      <Filter
        address={address}
        name="source"
        label={t('errors:source')}
        all={t('errors:allSources')}
        choices={SOURCES.map((value) => ({ value, label: sourceName(value) }))}
      />
      <Filter
        address={address}
        name="host"
        label={t('errors:host')}
        all={t('errors:allHosts')}
        choices={(workers.data ?? []).map(({ id, name, role }) => ({
          value: id,
          label: `${name} · ${t(`role.worker.${role}`)}`,
        }))}
      />
      <Filter
        address={address}
        name="hours"
        label={t('errors:since')}
        all={t('errors:anyTime')}
        choices={SPANS.map((hours) => ({
          value: String(hours),
          label: t('errors:lastSpan', { span: spanName(hours) }),
        }))}
      />
      {task && (
        <Button
          variant="light"
          size="compact-sm"
          rightSection={<IconX size={14} />}
          onClick={() => clear(['task', 'accountTask'])}
        >
          {t('errors:ofTask')}
        </Button>
      )}
      {FILTERS.some((name) => get(name) !== undefined) && (
        <Button variant="subtle" size="compact-sm" onClick={() => clear(FILTERS)}>
          {t('errors:clear')}
        </Button>
      )}
    </div>
  );
}
