import { Button, Group } from '@mantine/core';
import { IconPlus, IconStethoscope, IconWorld } from '@tabler/icons-react';
import { useProxies } from '../../api/proxies.ts';
import { useMay } from '../../api/session.tsx';
import { t } from '../../i18n/index.ts';
import { useAddress } from '../../ui/address.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { SelectionBar, useSelection } from '../../ui/selection.tsx';
import { VirtualTable } from '../../ui/virtual-table.tsx';
import { proxyColumns } from './columns.tsx';
import { ProxyDrawer } from './proxy-drawer.tsx';
import { useCheckProxies } from './use-check-proxies.ts';

export function ProxiesPage() {
  const proxies = useProxies();
  const check = useCheckProxies();
  const mayEdit = useMay('operator');
  const { get, set } = useAddress();
  const opened = get('open') ?? null;
  const open = (id: string | null): void => set('open', id);
  const selection = useSelection(proxies.items.map(({ id }) => id));
  const picked = proxies.items.filter(({ id }) => selection.chosen.has(id));

  const add = mayEdit && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => open('new')}>
      {t('proxies:add')}
    </Button>
  );
  return (
    <Page
      title={t('proxies:title')}
      actions={
        <>
          {check.available && (proxies.isPending || proxies.items.length > 0) && (
            <Button
              variant="default"
              leftSection={<IconStethoscope size={16} />}
              loading={check.busy}
              onClick={() => check.start('all')}
            >
              {t('proxies:checkAll')}
            </Button>
          )}
          {add}
        </>
      }
    >
      {proxies.error ? (
        <ErrorNotice error={proxies.error} onRetry={proxies.reload} />
      ) : (
        <VirtualTable
          label={t('proxies:title')}
          rows={proxies.items}
          columns={proxyColumns()}
          selection={check.available ? selection : undefined}
          rowName={({ name }) => name}
          rowKey={(proxy) => proxy.id}
          rowHeight={54}
          selected={opened ?? undefined}
          list={proxies}
          onOpen={(proxy) => open(proxy.id)}
          empty={
            <Notice icon={IconWorld} title={t('proxies:none')} action={<Group gap="xs">{add}</Group>}>
              {t('proxies:noneText')}
            </Notice>
          }
        />
      )}
      <SelectionBar
        selection={selection}
        label={t('proxies:chosenRegion')}
        count={t('proxies:chosen', { count: picked.length })}
      >
        <Button leftSection={<IconStethoscope size={16} />} loading={check.busy} onClick={() => check.start(picked)}>
          {t('proxies:checkThese')}
        </Button>
      </SelectionBar>
      <ProxyDrawer id={opened} onClose={() => open(null)} />
    </Page>
  );
}
