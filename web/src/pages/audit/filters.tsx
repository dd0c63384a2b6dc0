import { Button, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { t } from '../../i18n/index.ts';
import type { Address } from '../../ui/address.ts';
import { SearchField } from '../../ui/search-field.tsx';
import { ACTIONS } from './actions.ts';
import classes from './audit.module.css';
import { actionName, FILTERS } from './audit-values.ts';

const WAIT_MS = 350;

/** A field of the address that is told when typing has come to rest. */
function ActorField({ address }: { address: Address }) {
  const value = address.get('actor') ?? '';
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  const tell = useDebouncedCallback((text: string) => address.set('actor', text.trim()), WAIT_MS);
  return (
    <TextInput
      className={classes.filter}
      aria-label={t('audit:actor')}
      placeholder={t('audit:actor')}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        tell(event.currentTarget.value);
      }}
    />
  );
}

/** @param seen actions on the screen, also those that have no words here yet */
export function AuditFilters({ address, seen }: { address: Address; seen: readonly string[] }) {
  const { get, set, clear } = address;
  const action = get('action');
  const actions = [...new Set([...ACTIONS, ...seen, ...(action ? [action] : [])])]
    .map((value) => ({ value, label: actionName(value) }))
    .sort((one, other) => one.label.localeCompare(other.label));
  return (
    <div className={classes.filters}>
      <SearchField
        label={t('audit:searchLabel')}
        placeholder={t('audit:search')}
        value={get('subject')}
        onChange={(text) => set('subject', text)}
      />
      <ActorField address={address} />
      <Select
        className={classes.filter}
        aria-label={t('audit:what')}
        placeholder={t('audit:anyAction')}
        clearable
        searchable
        data={actions}
        value={action ?? null}
        onChange={(value) => set('action', value)}
      />
      {(['from', 'to'] as const).map((name) => (
        <TextInput
          key={name}
          className={classes.day}
          type="date"
          aria-label={t(`audit:${name}`)}
          title={t(`audit:${name}`)}
          value={get(name) ?? ''}
          onChange={(event) => set(name, event.currentTarget.value)}
        />
      ))}
      {FILTERS.some((name) => get(name) !== undefined) && (
        <Button variant="subtle" size="compact-sm" onClick={() => clear(FILTERS)}>
          {t('audit:clear')}
        </Button>
      )}
    </div>
  );
}
