import { Button, Group, Skeleton, Text, Title } from '@mantine/core';
import { IconFilter, IconRefresh, IconX } from '@tabler/icons-react';
import type { BulkState } from '../../../../contracts/states.ts';
import { type Cause, type TaskAddress, useFailures, useRetryCause } from '../../api/bulk.ts';
import { useMay } from '../../api/session.tsx';
import { shared, t } from '../../i18n/index.ts';
import { useAddress } from '../../ui/address.ts';
import { ask } from '../../ui/confirm.ts';
import { formatCount, titleOf } from '../../ui/format.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { sayDone, sayFailed } from '../../ui/toast.tsx';
import { sentenceOf } from './account-columns.tsx';
import classes from './task.module.css';

interface FailuresPanelProps {
  address: TaskAddress;
  state: BulkState;
  failed: number;
}

/** Why accounts failed, by cause, with what to do; each cause can be looked at and tried again by itself. */
export function FailuresPanel({ address, state, failed }: FailuresPanelProps) {
  const failures = useFailures(address, failed > 0);
  const retry = useRetryCause(address);
  const mayOrder = useMay('operator') && state !== 'draft' && state !== 'scheduled';
  const { setAll } = useAddress();
  if (failed === 0) return null;
  const items = failures.data ?? [];

  const show = (fingerprint: string | null, type: string): void =>
    setAll({ state: 'failed', type: fingerprint ? null : type, cause: fingerprint });
  const askRetry = (cause: Cause, count: number, title: string): void =>
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
      {failures.isPending && <Skeleton height={61} />}
      <ul className={classes.causes}>
        {items.map(({ type, message, fingerprint, count }) => {
          const cause: Cause = fingerprint ? { fingerprint } : { type };
          // Without a fingerprint the order goes by type, and reaches every failure of it.
          const reached = fingerprint
            ? count
            : items.reduce((sum, one) => sum + (one.type === type ? one.count : 0), 0);
          const title = message || shared(titleOf(type));
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

/** Which cause the table is narrowed to, and the way back to all. */
export function CauseFilter({ address }: { address: TaskAddress }) {
  const { get, clear } = useAddress();
  const type = get('type');
  const cause = get('cause');
  const failures = useFailures(address, Boolean(type || cause));
  if (!type && !cause) return null;
  const found = failures.data?.find(({ fingerprint }) => fingerprint === cause);
  const title = found ? found.message || shared(titleOf(found.type)) : type ? shared(titleOf(type)) : cause;
  return (
    <Button
      variant="light"
      size="compact-sm"
      mb="sm"
      maw="100%"
      rightSection={<IconX size={14} />}
      aria-label={t('task:failures.clear', { cause: title ?? '' })}
      onClick={() => clear(['type', 'cause'])}
    >
      {title}
    </Button>
  );
}
