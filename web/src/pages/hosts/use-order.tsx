import { Stack, Text } from '@mantine/core';
import { useWorkers } from '../../api/system.ts';
import type { Worker } from '../../api/types.ts';
import { HEARD_MS, useOrderWorker, type WorkerOrder } from '../../api/workers.ts';
import { t } from '../../i18n/index.ts';
import { ask } from '../../ui/confirm.ts';
import { sayDone, sayFailed } from '../../ui/toast.tsx';
import { isLastOfRole, saidBy, usedSlots } from './worker-values.ts';

type Ordered = Pick<Worker, 'id' | 'name' | 'role' | 'state' | 'detail'>;

/** What a drain or restart would do to this worker, in sentences. */
function consequences(worker: Ordered, what: WorkerOrder['what'], last: boolean): string[] {
  if (worker.state === 'drained') return [t('hosts:ask.back')];
  const held = saidBy(worker, 'openSessions') ?? usedSlots(worker) ?? 0;
  return [
    held > 0 ? t('hosts:ask.holds', { count: held }) : t('hosts:ask.holdsNothing'),
    what === 'drain' ? t('hosts:ask.drains') : t('hosts:ask.restarts'),
    ...(worker.state === 'lost' ? [t('hosts:ask.lost')] : []),
    ...(last ? [t('hosts:ask.last', { role: t(`role.worker.${worker.role}`) })] : []),
  ];
}

/** Asks, says what will happen, and orders it. */
export function useAskOrder() {
  const order = useOrderWorker();
  const workers = useWorkers(HEARD_MS);
  const askFor = (worker: Ordered, what: WorkerOrder['what']): void => {
    const { name } = worker;
    const role = t(`role.worker.${worker.role}`);
    const last = isLastOfRole(worker, workers.data ?? []);
    ask({
      title: what === 'drain' ? t('hosts:ask.drain', { role, name }) : t('hosts:ask.restart', { role, name }),
      text: (
        <Stack gap="xs">
          {consequences(worker, what, last).map((sentence) => (
            <Text key={sentence}>{sentence}</Text>
          ))}
        </Stack>
      ),
      confirm: what === 'drain' ? t('hosts:drain') : t('hosts:restart'),
      danger: what === 'drain',
      // The work of a whole role would stop, and stay stopped.
      ...(what === 'drain' && last ? { typed: name } : {}),
      onConfirm: () =>
        order.mutate(
          { worker, what },
          {
            onSuccess: () =>
              sayDone(what === 'drain' ? t('hosts:drainOrdered', { name }) : t('hosts:restartOrdered', { name })),
            onError: (error) => sayFailed(error),
          },
        ),
    });
  };
  return { askFor, busy: order.isPending };
}
