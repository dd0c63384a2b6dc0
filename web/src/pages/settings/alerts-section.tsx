import { Alert, Badge, Button, Checkbox, Group, Menu, Modal, Stack, Table, Text, TextInput } from '@mantine/core';
import { IconBellPlus, IconBellRinging, IconDots } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { WEBHOOK_EVENTS, type WebhookEvent } from '../../../../contracts/webhooks.ts';
import { ApiError } from '../../api/problem.ts';
import type { Webhook } from '../../api/types.ts';
import { useAddWebhook, useChangeWebhook, useDeleteWebhook, useTestWebhook, useWebhooks } from '../../api/webhooks.ts';
import { t } from '../../i18n/index.ts';
import { told } from '../../i18n/told.ts';
import { useAddress } from '../../ui/address.ts';
import { askDelete } from '../../ui/confirm.ts';
import { ErrorAlert, ErrorNotice, Notice } from '../../ui/notices.tsx';
import { BlockSkeleton } from '../../ui/skeletons.tsx';
import { Ago } from '../../ui/time.tsx';
import { sayDone, sayFailed } from '../../ui/toast.tsx';
import { Block } from './block.tsx';
import { DeliveriesDrawer } from './deliveries-drawer.tsx';
import { OnceDialog } from './once-dialog.tsx';
import { Rows } from './rows.tsx';
import classes from './settings.module.css';

interface Added {
  name: string;
  key: string;
}

/** Where people are told what they should not have to look for. */
export function AlertsSection() {
  const webhooks = useWebhooks();
  const { get, set } = useAddress();
  const [edited, setEdited] = useState<Webhook | 'new' | null>(null);
  const [added, setAdded] = useState<Added | null>(null);
  const button = (
    <Button size="xs" leftSection={<IconBellPlus size={15} />} onClick={() => setEdited('new')}>
      {t('settings:addWebhook')}
    </Button>
  );
  const items = webhooks.data?.items ?? [];
  const shown = items.find(({ id }) => id === get('open'));
  return (
    <Block title={t('settings:alerts')} text={t('settings:alertsText')} action={button}>
      {webhooks.error && !webhooks.data ? (
        <ErrorNotice error={webhooks.error} onRetry={() => void webhooks.refetch()} />
      ) : webhooks.isPending ? (
        <BlockSkeleton height={140} />
      ) : items.length === 0 ? (
        <Notice icon={IconBellRinging} title={t('settings:noWebhooks')}>
          {t('settings:noWebhooksText')}
        </Notice>
      ) : (
        <Stack gap="md">
          {items
            .filter(({ disabledReason }) => disabledReason !== null)
            .map(({ id, name, disabledReason, said }) => (
              <Alert key={id} color="red" variant="light" title={t('settings:webhookStopped', { name })}>
                {told(disabledReason ?? '', said?.disabledReason)}
              </Alert>
            ))}
          <Rows heads={[t('field.name'), t('settings:toldOf'), t('settings:lastDelivery')]}>
            {items.map((webhook) => (
              <WebhookRow
                key={webhook.id}
                webhook={webhook}
                onEdit={() => setEdited(webhook)}
                onOpen={() => set('open', webhook.id)}
              />
            ))}
          </Rows>
        </Stack>
      )}
      {edited && (
        <WebhookDialog
          webhook={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(null)}
          onAdded={setAdded}
        />
      )}
      {added && (
        <OnceDialog
          title={t('settings:keyOf', { name: added.name })}
          text={t('settings:keyKeep')}
          secret={added.key}
          onClose={() => setAdded(null)}
        />
      )}
      {shown && <DeliveriesDrawer webhook={shown} onClose={() => set('open', null)} />}
    </Block>
  );
}

function WebhookRow({ webhook, onEdit, onOpen }: { webhook: Webhook; onEdit(): void; onOpen(): void }) {
  const change = useChangeWebhook();
  const remove = useDeleteWebhook();
  const test = useTestWebhook();
  const { id, name, enabled, lastDelivery, waiting } = webhook;
  const onError = (error: unknown): void => sayFailed(error);
  return (
    <Table.Tr className={enabled ? undefined : classes.gone}>
      <Table.Td>
        <Text fw={550}>{name}</Text>
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {webhook.url}
        </Text>
      </Table.Td>
      <Table.Td>
        <Group gap={4}>
          {webhook.events.map((event) => (
            <Badge key={event} variant="default" tt="none" fw={500}>
              {t(`settings:event.${event}`)}
            </Badge>
          ))}
        </Group>
      </Table.Td>
      <Table.Td>
        {enabled ? null : <Text size="sm">{t('settings:disabled')}</Text>}
        {lastDelivery ? (
          <Text size="sm" {...(lastDelivery.ok ? {} : { c: 'var(--fl-failed)' })}>
            {lastDelivery.ok ? t('settings:came') : t('settings:cameNot')} <Ago at={lastDelivery.at} />
          </Text>
        ) : (
          enabled && t('settings:never')
        )}
        {waiting > 0 && (
          <Text size="xs" c="dimmed">
            {t('settings:waitingAlerts', { count: waiting })}
          </Text>
        )}
      </Table.Td>
      <Table.Td ta="right">
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="subtle" color="gray" size="compact-sm" aria-label={t('settings:moreOf', { name })}>
              <IconDots size={16} />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={onOpen}>{t('settings:deliveries')}</Menu.Item>
            <Menu.Item
              onClick={() => test.mutate(id, { onSuccess: () => sayDone(t('settings:testSent', { name })), onError })}
            >
              {t('settings:sendTest')}
            </Menu.Item>
            <Menu.Item onClick={onEdit}>{t('settings:edit')}</Menu.Item>
            <Menu.Item onClick={() => change.mutate({ id, enabled: !enabled }, { onError })}>
              {enabled ? t('settings:disable') : t('settings:enable')}
            </Menu.Item>
            <Menu.Item
              color="red"
              onClick={() =>
                askDelete({
                  title: t('settings:deleteTitle', { name }),
                  text: t('settings:deleteWebhookText'),
                  onConfirm: () => remove.mutate(id, { onError }),
                })
              }
            >
              {t('confirm.delete')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Table.Td>
    </Table.Tr>
  );
}

interface WebhookDialogProps {
  webhook: Webhook | undefined;
  onClose(): void;
  onAdded(added: Added): void;
}

function WebhookDialog({ webhook, onClose, onAdded }: WebhookDialogProps) {
  const add = useAddWebhook();
  const change = useChangeWebhook();
  const [name, setName] = useState(webhook?.name ?? '');
  const [url, setUrl] = useState(webhook?.url ?? '');
  const [events, setEvents] = useState<WebhookEvent[]>([...(webhook?.events ?? WEBHOOK_EVENTS)]);
  const error = add.error ?? change.error;
  const faults = error instanceof ApiError ? error.errors : [];
  const faultOf = (path: string): string | undefined => faults.find((fault) => fault.path === path)?.message;
  const ready = name.trim() !== '' && url.trim() !== '' && events.length > 0;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!ready) return;
    const body = { name: name.trim(), url: url.trim(), events };
    if (webhook) {
      change.mutate({ id: webhook.id, ...body }, { onSuccess: onClose });
      return;
    }
    add.mutate(
      { ...body, enabled: true },
      {
        onSuccess: (made) => {
          onClose();
          onAdded(made);
        },
      },
    );
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={webhook ? t('settings:editOf', { name: webhook.name }) : t('settings:addWebhook')}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label={t('field.name')}
            data-autofocus
            maxLength={100}
            autoComplete="off"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={faultOf('name')}
          />
          <TextInput
            label={t('settings:webhookUrl')}
            description={t('settings:webhookUrlHint')}
            placeholder="https://chat.example.com/hooks/flotilla"
            type="url"
            spellCheck={false}
            value={url}
            onChange={(event) => setUrl(event.currentTarget.value)}
            error={faultOf('url')}
          />
          <Checkbox.Group
            label={t('settings:toldOf')}
            value={events}
            onChange={(values) => setEvents(WEBHOOK_EVENTS.filter((event) => values.includes(event)))}
          >
            <Stack gap={8} mt={8}>
              {WEBHOOK_EVENTS.map((event) => (
                <Checkbox key={event} value={event} label={t(`settings:event.${event}`)} />
              ))}
            </Stack>
          </Checkbox.Group>
          {faults.length === 0 && <ErrorAlert error={error} />}
          <Group justify="end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" disabled={!ready} loading={add.isPending || change.isPending}>
              {webhook ? t('save') : t('settings:addWebhook')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
