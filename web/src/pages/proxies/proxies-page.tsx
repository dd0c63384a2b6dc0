import { Button, Group, SegmentedControl, Skeleton } from '@mantine/core';
import { IconPlus, IconStethoscope, IconWorld } from '@tabler/icons-react';
import { Suspense } from 'react';
import { type PoolPart, useProxies, useProxyPool } from '../../api/proxies.ts';
import { useMay } from '../../api/session.tsx';
import { t } from '../../i18n/index.ts';
import { useAddress } from '../../ui/address.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { overlay } from '../../ui/part.tsx';
import { SelectionBar, useSelection } from '../../ui/selection.tsx';
import { VirtualTable } from '../../ui/virtual-table.tsx';
import { proxyColumns } from './columns.tsx';
import { PoolPanel } from './pool-panel.tsx';
import { ProxyDrawer } from './proxy-drawer.tsx';
import { useCheckProxies } from './use-check-proxies.ts';

const AssignDialog = overlay(async () => (await import('./assign-dialog.tsx')).AssignDialog);

const PARTS = ['spare', 'free'] as const satisfies readonly PoolPart[];

export function ProxiesPage() {
  const { get, set } = useAddress(['open', 'assign']);
  const part = PARTS.find((one) => one === get('pool'));
  const proxies = useProxies(part);
  const { isPending: poolIsPending } = useProxyPool();
  const check = useCheckProxies();
  const mayEdit = useMay('operator');
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
      <PoolPanel mayAssign={mayEdit} onAssign={() => set('assign', '1')} />
      {/* What the pool takes of the page is known when it has been read: until then nothing stands below it. */}
      {poolIsPending ? (
        <Skeleton height="100vh" aria-hidden />
      ) : (
        <>
          <SegmentedControl
            aria-label={t('proxies:which')}
            style={{ alignSelf: 'start' }}
            data={[
              { value: '', label: t('proxies:which.all') },
              ...PARTS.map((value) => ({ value, label: t(`proxies:which.${value}`) })),
            ]}
            value={part ?? ''}
            onChange={(value) => set('pool', value || null)}
          />
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
                part ? (
                  <Notice icon={IconWorld} title={t('proxies:noneOfPool')} color="gray">
                    {t('proxies:noneOfPoolText')}
                  </Notice>
                ) : (
                  <Notice icon={IconWorld} title={t('proxies:none')} action={<Group gap="xs">{add}</Group>}>
                    {t('proxies:noneText')}
                  </Notice>
                )
              }
            />
          )}
        </>
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
      {mayEdit && get('assign') && (
        <Suspense fallback={null}>
          <AssignDialog onClose={() => set('assign', null)} />
        </Suspense>
      )}
    </Page>
  );
}
