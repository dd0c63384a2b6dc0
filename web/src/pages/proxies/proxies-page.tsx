import { Button, Group, Paper, Text } from '@mantine/core';
import { IconPlus, IconStethoscope, IconWorld } from '@tabler/icons-react';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { useProxies } from '../../api/proxies.ts';
import { useMay } from '../../api/session.tsx';
import { plural } from '../../ui/format.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { VirtualTable } from '../../ui/virtual-table.tsx';
import { proxyColumns } from './columns.tsx';
import { ProxyDrawer } from './proxy-drawer.tsx';
import { useCheckProxies } from './use-check-proxies.ts';

export function ProxiesPage() {
  const proxies = useProxies();
  const check = useCheckProxies();
  const mayEdit = useMay('operator');
  const [search, setSearch] = useSearchParams();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const opened = search.get('open');
  const open = (id: string | null): void =>
    setSearch(id ? { open: id } : {}, { replace: id === null, preventScrollReset: true });

  const toggle = (id: string): void =>
    setChosen((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const all = proxies.items.length > 0 && proxies.items.every(({ id }) => chosen.has(id));
  const toggleAll = (): void => setChosen(all ? new Set() : new Set(proxies.items.map(({ id }) => id)));
  const picked = proxies.items.filter(({ id }) => chosen.has(id));

  const add = mayEdit && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => open('new')}>
      Add proxy
    </Button>
  );
  return (
    <Page
      title="Proxies"
      actions={
        <>
          {check.available && proxies.items.length > 0 && (
            <Button
              variant="default"
              leftSection={<IconStethoscope size={16} />}
              loading={check.busy}
              onClick={() => check.start('all')}
            >
              Check all
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
          label="Proxies"
          rows={proxies.items}
          columns={proxyColumns(
            check.available ? { chosen, all, onToggle: toggle, onToggleAll: toggleAll } : undefined,
          )}
          rowKey={(proxy) => proxy.id}
          rowHeight={54}
          selected={opened ?? undefined}
          list={proxies}
          onOpen={(proxy) => open(proxy.id)}
          empty={
            <Notice icon={IconWorld} title="No proxies yet" action={<Group gap="xs">{add}</Group>}>
              Accounts without a proxy connect directly. A check tells whether a proxy works, where it comes out and how
              fast it is.
            </Notice>
          }
        />
      )}
      {picked.length > 0 && (
        <Paper
          shadow="lg"
          withBorder
          p="xs"
          pl="md"
          pos="sticky"
          bottom={16}
          mx="auto"
          maw="100%"
          style={{ zIndex: 3 }}
          role="region"
          aria-label="Chosen proxies"
        >
          <Group gap="sm">
            <Text fw={550} className="tabular">
              {plural(picked.length, 'proxy', 'proxies')} chosen
            </Text>
            <Button
              leftSection={<IconStethoscope size={16} />}
              loading={check.busy}
              onClick={() => check.start(picked)}
            >
              Check these
            </Button>
            <Button variant="subtle" onClick={() => setChosen(new Set())}>
              Clear
            </Button>
          </Group>
        </Paper>
      )}
      <ProxyDrawer id={opened} onClose={() => open(null)} />
    </Page>
  );
}
