import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconStethoscope, IconTrash } from '@tabler/icons-react';
import { useCreateProxy, useDeleteProxy, useProxy, useUpdateProxy } from '../../api/proxies.ts';
import { useMay } from '../../api/session.tsx';
import type { ProxyItem } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { toldOf } from '../../i18n/told.ts';
import { askDelete } from '../../ui/confirm.ts';
import { DetailDrawer } from '../../ui/detail-drawer.tsx';
import { ProxyStatusLabel } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { sayDone, sayFailed } from '../../ui/toast.tsx';
import { ProxyForm } from './proxy-form.tsx';
import { ProxyHistory } from './proxy-history.tsx';
import { newProxyOf, proxyChangesOf } from './proxy-values.ts';
import { useCheckProxies } from './use-check-proxies.ts';

/** A new proxy (`id` is `new`), or everything about one that is there. */
export function ProxyDrawer({ id, onClose }: { id: string | null; onClose(): void }) {
  const isNew = id === 'new';
  const found = useProxy(isNew ? null : id);
  const create = useCreateProxy();
  return (
    <DetailDrawer
      opened={id !== null}
      onClose={() => {
        create.reset();
        onClose();
      }}
      title={isNew ? t('proxies:new') : t('proxies:thing')}
      heading={({ name }) => name}
      found={found}
      instead={
        isNew && (
          <ProxyForm
            proxy={undefined}
            error={create.error}
            busy={create.isPending}
            onSubmit={(values) =>
              create.mutate(newProxyOf(values), {
                onSuccess: (proxy) => {
                  sayDone(t('proxies:added', { name: proxy.name }));
                  onClose();
                },
              })
            }
          />
        )
      }
    >
      {(proxy) => <Existing key={proxy.id} proxy={proxy} onClose={onClose} />}
    </DetailDrawer>
  );
}

const VERDICT_COLORS: Readonly<Record<string, string>> = { healthy: 'green', unstable: 'orange', failing: 'red' };

function Existing({ proxy, onClose }: { proxy: ProxyItem; onClose(): void }) {
  const update = useUpdateProxy();
  const remove = useDeleteProxy();
  const check = useCheckProxies();
  const mayEdit = useMay('operator');

  const onDelete = (): void =>
    askDelete({
      title: t('proxies:delete.title', { name: proxy.name }),
      text: t('proxies:delete.text'),
      onConfirm: () =>
        remove.mutate(proxy.id, {
          onSuccess: () => {
            sayDone(t('proxies:deleted', { name: proxy.name }));
            onClose();
          },
          onError: (error) => sayFailed(error, t('proxies:stays')),
        }),
    });

  return (
    <Stack gap="md">
      <Group justify="space-between" gap="xs">
        <ProxyStatusLabel status={proxy.status} />
        <Text size="sm" c="dimmed">
          {t('count.accounts', { count: proxy.accounts })} ·{' '}
          {proxy.checkedAt ? (
            <Phrase of="proxies:checkedAgo" parts={{ ago: <Ago at={proxy.checkedAt} /> }} />
          ) : (
            t('proxies:never')
          )}
        </Text>
      </Group>
      {proxy.verdict !== null && (
        <Alert color={VERDICT_COLORS[proxy.status] ?? 'tide'} variant="light" icon={<IconStethoscope size={18} />}>
          {toldOf(proxy, 'verdict')}
        </Alert>
      )}
      <ProxyHistory proxyId={proxy.id} />
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
                sayDone(t('form.unchangedSaved'));
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
            onClick={onDelete}
          >
            {t('proxies:delete.action')}
          </Button>
          {check.available && (
            <Button
              variant="default"
              leftSection={<IconStethoscope size={16} />}
              loading={check.busy}
              disabled={proxy.accounts === 0}
              title={proxy.accounts === 0 ? t('proxies:unused') : undefined}
              onClick={() => check.start([proxy])}
            >
              {t('proxies:check')}
            </Button>
          )}
        </Group>
      )}
    </Stack>
  );
}
