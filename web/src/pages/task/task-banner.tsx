import { Alert, Text } from '@mantine/core';
import { IconDatabase, IconHandStop, IconInfoCircle, IconPlayerPause } from '@tabler/icons-react';
import { type BulkState, isFinalBulkState } from '../../../../contracts/states.ts';
import type { Aggregate, BulkTask } from '../../api/types.ts';
import { plural } from '../../ui/format.ts';
import { At } from '../../ui/time.tsx';

interface TaskBannerProps {
  task: BulkTask;
  state: BulkState;
  aggregate: Aggregate | undefined;
}

/** What a person should know of the task as a whole: why it paused, when it starts, who waits, and where totals come from. */
export function TaskBanner({ task, state, aggregate }: TaskBannerProps) {
  const reason = aggregate ? aggregate.stateReason : task.stateReason;
  const parked = (aggregate?.totals ?? task.totals).parked;
  const runs = state === 'running' || state === 'paused';
  return (
    <>
      {state === 'paused' && (
        <Alert color="orange" variant="light" icon={<IconPlayerPause size={18} />} title="Paused">
          {reason ?? 'No further accounts are started until it is resumed.'}
        </Alert>
      )}
      {state === 'draft' && (
        <Alert color="tide" variant="light" icon={<IconInfoCircle size={18} />}>
          This is a draft. Nothing happens until it is started.
        </Alert>
      )}
      {state === 'scheduled' && (
        <Alert color="tide" variant="light" icon={<IconInfoCircle size={18} />}>
          {task.startAt && !task.startRequestedAt ? (
            <>
              Starts by itself at <At at={task.startAt} />.
            </>
          ) : (
            'It starts as soon as Temporal and a worker can take it.'
          )}
        </Alert>
      )}
      {isFinalBulkState(state) && reason && (
        <Alert color="tide" variant="light" icon={<IconInfoCircle size={18} />}>
          {reason}
        </Alert>
      )}
      {parked > 0 && !isFinalBulkState(state) && (
        <Alert color="orange" variant="light" icon={<IconHandStop size={18} />}>
          {plural(parked, 'account waits', 'accounts wait')} for a person. The others go on meanwhile.
        </Alert>
      )}
      {runs && aggregate?.source === 'ledger' && (
        <Text size="sm" c="dimmed" style={{ display: 'flex', gap: 6, alignItems: 'center' }}>
          <IconDatabase size={16} aria-hidden />
          No worker answers right now; these totals come from the ledger and are complete.
        </Text>
      )}
    </>
  );
}
