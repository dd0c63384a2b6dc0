import { Alert, Button, Drawer, Group, Skeleton, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconStethoscope, IconTrash } from '@tabler/icons-react';
import { useCreateProxy, useDeleteProxy, useProxy, useUpdateProxy } from '../../api/proxies.ts';
import { useMay } from '../../api/session.tsx';
import type { ProxyItem } from '../../api/types.ts';
import { plural } from '../../ui/format.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { ProxyStatusLabel } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { sayDone, sayFailed } from '../../ui/toast.tsx';
import { ProxyForm } from './proxy-form.tsx';
import { newProxyOf, proxyChangesOf } from './proxy-values.ts';
import { useCheckProxies } from './use-check-proxies.ts';

/** A new proxy (`id` is `new`), or everything about one that is there. */
export function ProxyDrawer({ id, onClose }: { id: string | null; onClose(): void }) {
  const isNew = id === 'new';
  const found = useProxy(isNew ? null : id);
  const create = useCreateProxy();
  return (
    <Drawer
      opened={id !== null}
      onClose={() => {
        create.reset();
        onClose();
      }}
      title={
        <Text fw={600} size="lg">
          {isNew ? 'New proxy' : (found.data?.name ?? 'Proxy')}
        </Text>
      }
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {isNew ? (
        <ProxyForm
          proxy={undefined}
          error={create.error}
          busy={create.isPending}
          onSubmit={(values) =>
            create.mutate(newProxyOf(values), {
              onSuccess: (proxy) => {
                sayDone(`${proxy.name} was added.`);
                onClose();
              },
            })
          }
        />
      ) : found.data ? (
        <Existing key={found.data.id} proxy={found.data} onClose={onClose} />
      ) : found.error ? (
        <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />
      ) : (
        id !== null && (
          <Stack>
            <Skeleton height={56} />
            <Skeleton height={56} />
            <Skeleton height={56} />
          </Stack>
        )
      )}
    </Drawer>
  );
}

const VERDICT_COLORS: Readonly<Record<string, string>> = { healthy: 'green', unstable: 'orange', failing: 'red' };

function Existing({ proxy, onClose }: { proxy: ProxyItem; onClose(): void }) {
  const update = useUpdateProxy();
  const remove = useDeleteProxy();
  const check = useCheckProxies();
  const mayEdit = useMay('operator');

  const askDelete = (): void => {
    modals.openConfirmModal({
      title: `Delete ${proxy.name}?`,
      children: <Text size="sm">The proxy and what its checks found are deleted here.</Text>,
      labels: { confirm: 'Delete', cancel: 'Keep it' },
      confirmProps: { color: 'red.8' },
      onConfirm: () =>
        remove.mutate(proxy.id, {
          onSuccess: () => {
            sayDone(`${proxy.name} was deleted.`);
            onClose();
          },
          onError: (error) => sayFailed(error, 'The proxy stays'),
        }),
    });
  };

  return (
    <Stack gap="md">
      <Group justify="space-between" gap="xs">
        <ProxyStatusLabel status={proxy.status} />
        <Text size="sm" c="dimmed">
          {plural(proxy.accounts, 'account')} ·{' '}
          {proxy.checkedAt ? (
            <>
              checked <Ago at={proxy.checkedAt} />
            </>
          ) : (
            'never checked'
          )}
        </Text>
      </Group>
      {proxy.verdict && (
        <Alert color={VERDICT_COLORS[proxy.status] ?? 'tide'} variant="light" icon={<IconStethoscope size={18} />}>
          {proxy.verdict}
        </Alert>
      )}
      <ProxyForm
        proxy={proxy}
        error={update.error}
        busy={update.isPending}
        readOnly={!mayEdit}
        onSubmit={(values) =>
          update.mutate(
            { id: proxy.id, changes: proxyChangesOf(values, proxy) },
            {
              onSuccess: () => {
                sayDone('Saved.');
                onClose();
              },
            },
          )
        }
      />
      {mayEdit && (
        <Group justify="space-between" gap="xs">
          <Button
            variant="subtle"
            color="red"
            leftSection={<IconTrash size={16} />}
            loading={remove.isPending}
            onClick={askDelete}
          >
            Delete the proxy
          </Button>
          {check.available && (
            <Button
              variant="default"
              leftSection={<IconStethoscope size={16} />}
              loading={check.busy}
              disabled={proxy.accounts === 0}
              title={proxy.accounts === 0 ? 'No account uses it yet' : undefined}
              onClick={() => check.start([proxy])}
            >
              Check
            </Button>
          )}
        </Group>
      )}
    </Stack>
  );
}
