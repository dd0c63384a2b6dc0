import { Group, Select, TextInput } from '@mantine/core';
import { useTags } from '../../api/accounts.ts';
import { useAllProxies } from '../../api/proxies.ts';
import { t } from '../../i18n/index.ts';
import type { Address } from '../../ui/address.ts';
import { PROXY_SORTS, SESSION_SORTS } from './account-filter.ts';

/** The filters that are asked for less often. */
export function MoreFilters({ address: { get, set } }: { address: Address }) {
  const tags = useTags();
  const proxies = useAllProxies();
  return (
    <Group gap="sm" align="end" id="more-filters">
      <Select
        label={t('lists:filter.withoutTag')}
        placeholder="–"
        clearable
        searchable
        w={180}
        limit={100}
        data={(tags.data ?? []).map(({ tag }) => tag)}
        value={get('withoutTag') ?? null}
        onChange={(value) => set('withoutTag', value)}
      />
      <Select
        label={t('lists:filter.proxy')}
        placeholder={t('lists:any')}
        clearable
        searchable
        w={220}
        limit={100}
        data={[
          ...PROXY_SORTS.map((value) => ({ value, label: t(`lists:filter.proxy.${value}`) })),
          ...(proxies.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
        ]}
        value={get('proxy') ?? null}
        onChange={(value) => set('proxy', value)}
      />
      <Select
        label={t('lists:filter.session')}
        placeholder={t('lists:any')}
        clearable
        w={180}
        data={SESSION_SORTS.map((value) => ({ value, label: t(`lists:filter.session.${value}`) }))}
        value={get('session') ?? null}
        onChange={(value) => set('session', value)}
      />
      <TextInput
        type="date"
        label={t('lists:filter.from')}
        w={160}
        max={get('createdTo')}
        value={get('createdFrom') ?? ''}
        onChange={(event) => set('createdFrom', event.currentTarget.value)}
      />
      <TextInput
        type="date"
        label={t('lists:filter.to')}
        w={160}
        min={get('createdFrom')}
        value={get('createdTo') ?? ''}
        onChange={(event) => set('createdTo', event.currentTarget.value)}
      />
    </Group>
  );
}
