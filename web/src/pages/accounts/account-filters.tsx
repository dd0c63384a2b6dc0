import { CloseButton, Group, Select, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { ACCOUNT_STATUSES, type AccountStatus } from '../../../../contracts/states.ts';
import { usePlatforms, useTags } from '../../api/accounts.ts';
import type { AccountFilter } from '../../api/types.ts';
import { formatCount, plural } from '../../ui/format.ts';
import { ACCOUNT_LOOKS } from '../../ui/states.tsx';

/** The filters that the address names. */
export function filterOf(search: URLSearchParams): AccountFilter {
  const status = search.get('status') as AccountStatus | null;
  return {
    ...(search.get('q') ? { q: search.get('q') ?? '' } : {}),
    ...(search.get('platform') ? { platform: search.get('platform') ?? '' } : {}),
    ...(status && ACCOUNT_STATUSES.includes(status) ? { status } : {}),
    ...(search.get('tag') ? { tag: search.get('tag') ?? '' } : {}),
  };
}

interface AccountFiltersProps {
  filter: AccountFilter;
  onChange(name: keyof AccountFilter, value: string | null): void;
  /** How many accounts match. */
  total: number | null;
}

export function AccountFilters({ filter, onChange, total }: AccountFiltersProps) {
  const platforms = usePlatforms();
  const tags = useTags();
  const [typed, setTyped] = useState(filter.q ?? '');
  const input = useRef<HTMLInputElement>(null);
  const searchFor = useDebouncedCallback((text: string) => onChange('q', text.trim() || null), 250);
  useHotkeys([['/', () => input.current?.focus()]]);

  return (
    <Group gap="sm">
      <TextInput
        ref={input}
        aria-label="Search accounts"
        placeholder="Search (press /)"
        leftSection={<IconSearch size={16} />}
        w={{ base: '100%', sm: 260 }}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          searchFor(event.currentTarget.value);
        }}
        rightSection={
          typed && (
            <CloseButton
              size="sm"
              aria-label="Clear the search"
              onClick={() => {
                setTyped('');
                onChange('q', null);
              }}
            />
          )
        }
      />
      <Select
        aria-label="Platform"
        placeholder="All platforms"
        clearable
        w={160}
        data={platforms}
        value={filter.platform ?? null}
        onChange={(value) => onChange('platform', value)}
      />
      <Select
        aria-label="Status"
        placeholder="All statuses"
        clearable
        w={180}
        data={ACCOUNT_STATUSES.map((status) => ({ value: status, label: ACCOUNT_LOOKS[status].label }))}
        value={filter.status ?? null}
        onChange={(value) => onChange('status', value)}
      />
      <Select
        aria-label="Tag"
        placeholder="All tags"
        clearable
        searchable
        w={180}
        limit={100}
        data={(tags.data ?? []).map(({ tag, count }) => ({ value: tag, label: `${tag} (${formatCount(count)})` }))}
        value={filter.tag ?? null}
        onChange={(value) => onChange('tag', value)}
      />
      {total !== null && (
        <Text c="dimmed" className="tabular" role="status">
          {plural(total, 'account')}
        </Text>
      )}
    </Group>
  );
}
