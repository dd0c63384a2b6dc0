import { Button, List, Text } from '@mantine/core';
import { IconFilterOff, IconPlus, IconRefresh } from '@tabler/icons-react';
import { useNavigate } from 'react-router';
import type { BulkState } from '../../../../contracts/states.ts';
import { type TaskAddress, useRetryOnly } from '../../api/bulk.ts';
import { useMay } from '../../api/session.tsx';
import { useMatching, useMatchingAccounts } from '../../api/task-page.ts';
import type { RetryOnly } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { ask } from '../../ui/confirm.ts';
import { formatCount } from '../../ui/format.ts';
import { sayDone, sayFailed } from '../../ui/toast.tsx';
import { type AccountFilter, useFilterWords } from './account-filter.ts';
import classes from './task.module.css';

interface MatchingBarProps {
  address: TaskAddress;
  state: BulkState;
  narrowed: AccountFilter;
}

/** The filter as an order to try again takes it; nothing where those it matches did not fail. */
function retryOnlyOf({ state, q, errorType, fingerprint }: AccountFilter['filter']): RetryOnly | undefined {
  if (state !== undefined && state !== 'failed' && state !== 'partial') return undefined;
  return {
    ...(state ? { state } : {}),
    ...(q ? { q } : {}),
    ...(errorType ? { type: errorType } : {}),
    ...(fingerprint ? { fingerprint } : {}),
  };
}

/** How many accounts the filter matches, and what can be done with all of them, not only with those on the screen. */
export function MatchingBar({ address, state, narrowed }: MatchingBarProps) {
  const { filter, set, clear } = narrowed;
  const navigate = useNavigate();
  const words = useFilterWords(address, narrowed);
  const matching = useMatching(address, filter, set.length > 0);
  const accounts = useMatchingAccounts(address);
  const retry = useRetryOnly(address);
  const mayOrder = useMay('operator');
  const begun = state !== 'draft' && state !== 'scheduled';
  if (set.length === 0) return null;
  const only = retryOnlyOf(filter);
  const total = matching.data?.total;
  const retriable = matching.data?.retriable ?? 0;

  const askRetry = (order: RetryOnly): void =>
    ask({
      title: t('task:failures.askTitle', { count: retriable }),
      text: (
        <>
          <Text size="sm">{t('task:filter.askText')}</Text>
          <List size="sm" mt="xs">
            {set.map((part) => (
              <List.Item key={part}>{words[part]}</List.Item>
            ))}
          </List>
        </>
      ),
      confirm: t('task:failures.retryThese'),
      onConfirm: () =>
        retry.mutate(order, {
          onSuccess: ({ retried }) => sayDone(t('task:failures.retried', { count: retried ?? 0 })),
          onError: (error) => sayFailed(error),
        }),
    });
  const orderAnew = (): void =>
    accounts.mutate(filter, {
      onSuccess: (accountIds) => void navigate('/tasks/new', { state: { accountIds } }),
      onError: (error) => sayFailed(error),
    });

  return (
    <section className={classes.matching} aria-label={t('task:filter.matching')}>
      <Text size="sm" className="tabular" role="status" fw={550}>
        {total === undefined ? '…' : t('task:filter.match', { count: total })}
      </Text>
      {mayOrder && begun && only && retriable > 0 && (
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconRefresh size={14} />}
          loading={retry.isPending}
          onClick={() => askRetry(only)}
        >
          {t('task:retry', { n: formatCount(retriable) })}
        </Button>
      )}
      {mayOrder && total !== undefined && total > 0 && (
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconPlus size={14} />}
          loading={accounts.isPending}
          onClick={orderAnew}
        >
          {t('task:filter.newTask', { count: total })}
        </Button>
      )}
      <Button variant="subtle" size="compact-sm" leftSection={<IconFilterOff size={14} />} onClick={() => clear()}>
        {t('task:filter.clearAll')}
      </Button>
    </section>
  );
}
