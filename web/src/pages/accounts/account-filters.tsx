import { Button, Group, MultiSelect, Select, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconFilter, IconFilterOff } from '@tabler/icons-react';
import { ACCOUNT_STATUSES } from '../../../../contracts/states.ts';
import { usePlatforms, useTags } from '../../api/accounts.ts';
import { t } from '../../i18n/index.ts';
import type { Address } from '../../ui/address.ts';
import { formatCount } from '../../ui/format.ts';
import { SearchField } from '../../ui/search-field.tsx';
import { ACCOUNT_LOOKS } from '../../ui/states.tsx';
import { FILTER_PARTS, statusesOf } from './account-filter.ts';
import { MoreFilters } from './more-filters.tsx';

const MORE = ['withoutTag', 'proxy', 'session', 'createdFrom', 'createdTo'] as const;

interface AccountFiltersProps {
  address: Address;
  /** How many accounts match. */
  total: number | null;
}

export function AccountFilters({ address, total }: AccountFiltersProps) {
  const { get, set, clear } = address;
  const platforms = usePlatforms();
  const tags = useTags();
  const more = MORE.filter((name) => get(name)).length;
  const [opened, { toggle }] = useDisclosure(more > 0);

  return (
    <>
      <Group gap="sm">
        <SearchField
          label={t('accounts:search')}
          placeholder={t('accounts:searchHint')}
          value={get('q')}
          onChange={(q) => set('q', q)}
        />
        <Select
          aria-label={t('field.platform')}
          placeholder={t('list.allPlatforms')}
          clearable
          w={160}
          data={platforms}
          value={get('platform') ?? null}
          onChange={(value) => set('platform', value)}
        />
        <MultiSelect
          aria-label={t('field.status')}
          placeholder={get('status') ? undefined : t('accounts:allStatuses')}
          clearable
          // As wide as what is chosen; the others of the line keep their places while nothing is.
          {...(get('status') ? { miw: 180, maw: 420 } : { w: 180 })}
          data={ACCOUNT_STATUSES.map((status) => ({ value: status, label: ACCOUNT_LOOKS[status].label }))}
          value={statusesOf(get('status') ?? null)}
          onChange={(values) => set('status', values.join(','))}
        />
        <Select
          aria-label={t('field.tag')}
          placeholder={t('accounts:allTags')}
          clearable
          searchable
          w={180}
          limit={100}
          data={(tags.data ?? []).map(({ tag, count }) => ({ value: tag, label: `${tag} (${formatCount(count)})` }))}
          value={get('tag') ?? null}
          onChange={(value) => set('tag', value)}
        />
        <Button
          variant="subtle"
          leftSection={<IconFilter size={16} />}
          aria-expanded={opened}
          aria-controls="more-filters"
          onClick={toggle}
        >
          {more > 0 ? t('lists:moreFiltersSet', { count: more }) : t('lists:moreFilters')}
        </Button>
        {FILTER_PARTS.some((name) => get(name)) && (
          <Button
            variant="subtle"
            color="gray"
            leftSection={<IconFilterOff size={16} />}
            onClick={() => clear(FILTER_PARTS)}
          >
            {t('lists:clearFilters')}
          </Button>
        )}
        <Text c="dimmed" className="tabular" role="status" miw={136} mih="1lh">
          {total !== null && t('count.accounts', { count: total })}
        </Text>
      </Group>
      {opened && <MoreFilters address={address} />}
    </>
  );
}
