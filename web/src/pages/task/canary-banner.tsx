import { Alert, Button, Group, Text } from '@mantine/core';
import { IconCheck, IconFeather } from '@tabler/icons-react';
import { useOrder } from '../../api/bulk.ts';
import { useMay } from '../../api/session.tsx';
import type { Aggregate, BulkTask } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { sayDone, sayFailed } from '../../ui/toast.tsx';

interface CanaryBannerProps {
  task: BulkTask;
  canary: NonNullable<Aggregate['canary']>;
}

/** The accounts that go first, and the question whether the others may follow. */
export function CanaryBanner({ task, canary }: CanaryBannerProps) {
  const order = useOrder(task);
  const mayOrder = useMay('operator');
  if (canary.state === 'approved') return null;
  const waits = canary.state === 'waiting';
  const approve = (): void =>
    order.mutate('approve', {
      onSuccess: () => sayDone(t('task:said.approve')),
      onError: (error) => sayFailed(error),
    });
  return (
    <Alert
      color={waits ? 'orange' : 'tide'}
      variant="light"
      icon={<IconFeather size={18} />}
      title={t(waits ? 'task:canary.waiting' : 'task:canary.running', { count: canary.size })}
    >
      <Text size="sm">{t(waits ? 'task:canary.waitingText' : 'task:canary.runningText')}</Text>
      {waits && mayOrder && (
        <Group mt="sm">
          <Button
            size="xs"
            leftSection={<IconCheck size={15} />}
            loading={order.isPending || order.isSuccess}
            onClick={approve}
          >
            {t('task:canary.approve')}
          </Button>
        </Group>
      )}
    </Alert>
  );
}
