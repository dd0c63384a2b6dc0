import { Group, Select, Text } from '@mantine/core';
import { ACCOUNT_STATUSES, type AccountStatus } from '../../../../contracts/states.ts';
import { usePlatforms, useTags } from '../../api/accounts.ts';
import type { AccountFilter } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { formatCount } from '../../ui/format.ts';
import { SearchField } from '../../ui/search-field.tsx';
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

  return (
    <Group gap="sm">
      <SearchField
        label={t('accounts:search')}
        placeholder={t('accounts:searchHint')}
        value={filter.q}
        onChange={(q) => onChange('q', q ?? null)}
      />
      <Select
        aria-label={t('field.platform')}
        placeholder={t('list.allPlatforms')}
        clearable
        w={160}
        data={platforms}
        value={filter.platform ?? null}
        onChange={(value) => onChange('platform', value)}
      />
      <Select
        aria-label={t('field.status')}
        placeholder={t('accounts:allStatuses')}
        clearable
        w={180}
        data={ACCOUNT_STATUSES.map((status) => ({ value: status, label: ACCOUNT_LOOKS[status].label }))}
        value={filter.status ?? null}
        onChange={(value) => onChange('status', value)}
      />
      <Select
        aria-label={t('field.tag')}
        placeholder={t('accounts:allTags')}
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
          {t('count.accounts', { count: total })}
        </Text>
      )}
    </Group>
  );
}
