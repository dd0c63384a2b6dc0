import { Button, Group, Text, Title } from '@mantine/core';
import { IconFilter, IconRefresh } from '@tabler/icons-react';
import type { BulkState } from '../../../../contracts/states.ts';
import { type TaskAddress, useFailures, useRetryOnly } from '../../api/bulk.ts';
import { useMay } from '../../api/session.tsx';
import type { RetryOnly } from '../../api/types.ts';
import { shared, t } from '../../i18n/index.ts';
import { told } from '../../i18n/told.ts';
import { useAddress } from '../../ui/address.ts';
import { ask } from '../../ui/confirm.ts';
import { causeText, formatCount, titleOf } from '../../ui/format.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { CardsSkeleton } from '../../ui/skeletons.tsx';
import { sayDone, sayFailed } from '../../ui/toast.tsx';
import { sentenceOf } from './account-columns.tsx';
import classes from './task.module.css';

/** As high as a cause with its sentence. */
const SKELETON_PX = 52;

interface FailuresPanelProps {
  address: TaskAddress;
  state: BulkState;
  failed: number;
}

/** Why accounts failed, by cause, with what to do; each cause can be looked at and tried again by itself. */
export function FailuresPanel({ address, state, failed }: FailuresPanelProps) {
  const failures = useFailures(address, failed > 0);
  const retry = useRetryOnly(address);
  const mayOrder = useMay('operator') && state !== 'draft' && state !== 'scheduled';
  const { setAll } = useAddress();
  if (failed === 0) return null;
  const items = failures.data?.items ?? [];

  const show = (fingerprint: string | null, type: string): void =>
    setAll({ state: 'failed', type: fingerprint ? null : type, cause: fingerprint });
  const askRetry = (cause: RetryOnly, count: number, title: string): void =>
    ask({
      title: t('task:failures.askTitle', { count }),
      text: t('task:failures.askText', { cause: title }),
      confirm: t('task:failures.retryThese'),
      onConfirm: () =>
        retry.mutate(cause, {
          onSuccess: ({ retried }) => sayDone(t('task:failures.retried', { count: retried })),
          onError: (error) => sayFailed(error),
        }),
    });

  return (
    <section className={`surface ${classes.failures}`} aria-label={t('task:failures.title')}>
      <Title order={2} mb="xs">
        {t('task:failures.title')}
      </Title>
      {failures.error && !failures.data && (
        <ErrorNotice error={failures.error} onRetry={() => void failures.refetch()} />
      )}
      {failures.isPending && <CardsSkeleton cards={2} height={SKELETON_PX} />}
      <ul className={classes.causes}>
        {items.map(({ type, message, said, fingerprint, count }) => {
          const cause: RetryOnly = fingerprint ? { fingerprint } : { type };
          // Without a fingerprint the order goes by type, and reaches every failure of it.
          const reached = fingerprint
            ? count
            : items.reduce((sum, one) => sum + (one.type === type ? one.count : 0), 0);
          const title = causeText(told(message, said?.message)) || shared(titleOf(type));
          return (
            <li key={`${type} ${fingerprint ?? message}`} className={classes.cause}>
              <div className={classes.causeText}>
                <Text fw={550} style={{ overflowWrap: 'anywhere' }}>
                  <span className="tabular">{formatCount(count)}</span> · {title}
                </Text>
                {sentenceOf(type) !== title && (
                  <Text size="sm" c="dimmed">
                    {sentenceOf(type)}
                  </Text>
                )}
              </div>
              <Group gap="xs" wrap="nowrap">
                <Button
                  variant="subtle"
                  size="compact-sm"
                  leftSection={<IconFilter size={14} />}
                  onClick={() => show(fingerprint, type)}
                >
                  {t('task:failures.show')}
                </Button>
                {mayOrder && (
                  <Button
                    variant="default"
                    size="compact-sm"
                    leftSection={<IconRefresh size={14} />}
                    disabled={retry.isPending}
                    onClick={() => askRetry(cause, reached, title)}
                  >
                    {t('task:failures.retryThese')}
                  </Button>
                )}
              </Group>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
