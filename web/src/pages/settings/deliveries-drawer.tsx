import { Badge, Button, Drawer, Group, Skeleton, Stack, Text } from '@mantine/core';
import type { Webhook, WebhookDelivery } from '../../api/types.ts';
import { useDeliveries, useRetryDelivery } from '../../api/webhooks.ts';
import { t } from '../../i18n/index.ts';
import { toldOf } from '../../i18n/told.ts';
import { formatDuration } from '../../ui/format.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { Ago, At } from '../../ui/time.tsx';
import { sayDone, sayFailed } from '../../ui/toast.tsx';
import classes from './settings.module.css';

/** What was sent to a webhook, and what came of it. */
export function DeliveriesDrawer({ webhook, onClose }: { webhook: Webhook; onClose(): void }) {
  const deliveries = useDeliveries(webhook.id);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={t('settings:deliveriesOf', { name: webhook.name })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {deliveries.error ? (
        <ErrorNotice error={deliveries.error} onRetry={deliveries.reload} />
      ) : deliveries.isPending ? (
        <Skeleton height={200} />
      ) : deliveries.items.length === 0 ? (
        <Text c="dimmed">{t('settings:noDeliveries')}</Text>
      ) : (
        <Stack gap="sm">
          {deliveries.items.map((delivery) => (
            <Delivery key={delivery.id} webhook={webhook} delivery={delivery} />
          ))}
          {deliveries.hasMore && (
            <Button variant="default" loading={deliveries.isFetchingMore} onClick={deliveries.loadMore}>
              {t('settings:more')}
            </Button>
          )}
        </Stack>
      )}
    </Drawer>
  );
}

const COLORS = { pending: 'gray', delivered: 'tide', failed: 'red' } as const;

function Delivery({ webhook, delivery }: { webhook: Webhook; delivery: WebhookDelivery }) {
  const retry = useRetryDelivery(webhook.id);
  const { state, event, attempts, mostAttempts, statusCode, durationMs, error, answer, nextAttemptAt } = delivery;
  return (
    <article className="surface" style={{ padding: 14 }}>
      <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
        <Stack gap={2}>
          <Text fw={550}>{t(`settings:event.${event}`)}</Text>
          <Text size="sm" c="dimmed">
            <Ago at={delivery.createdAt} /> · {t('settings:attempt', { n: attempts, most: mostAttempts })}
            {statusCode !== null && ` · ${statusCode}`}
            {durationMs !== null && ` · ${formatDuration(durationMs)}`}
          </Text>
        </Stack>
        <Badge variant="dot" color={COLORS[state]}>
          {t(`settings:delivery.${state}`)}
        </Badge>
      </Group>
      {error && (
        <Text size="sm" mt={6} c="var(--fl-failed)">
          {toldOf(delivery, 'error')}
        </Text>
      )}
      {answer && <code className={classes.secret}>{answer}</code>}
      {state !== 'delivered' && (
        <Group mt="xs" gap="sm">
          <Button
            size="compact-sm"
            variant="default"
            loading={retry.isPending}
            onClick={() =>
              retry.mutate(delivery.id, {
                onSuccess: () => sayDone(t('settings:sentAgain')),
                onError: (reason) => sayFailed(reason),
              })
            }
          >
            {t('settings:sendAgain')}
          </Button>
          {nextAttemptAt && (
            <Text size="sm" c="dimmed">
              {t('settings:nextAttempt')} <At at={nextAttemptAt} />
            </Text>
          )}
        </Group>
      )}
    </article>
  );
}
