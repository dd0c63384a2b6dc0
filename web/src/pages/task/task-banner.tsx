import { Alert } from '@mantine/core';
import { IconHandStop, IconInfoCircle, IconPlayerPause } from '@tabler/icons-react';
import { type BulkState, isFinalBulkState } from '../../../../contracts/states.ts';
import type { Aggregate, BulkTask } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { toldOf } from '../../i18n/told.ts';
import { At } from '../../ui/time.tsx';
import { CanaryBanner } from './canary-banner.tsx';

interface TaskBannerProps {
  task: BulkTask;
  state: BulkState;
  aggregate: Aggregate | undefined;
}

/** What a person should know of the task as a whole: why it paused, when it starts and who waits. */
export function TaskBanner({ task, state, aggregate }: TaskBannerProps) {
  const reason = toldOf(aggregate ?? task, 'stateReason');
  const parked = (aggregate?.totals ?? task.totals).parked;
  const canary = state === 'running' || state === 'paused' ? (aggregate ?? task).canary : null;
  return (
    <>
      {state === 'paused' && (
        <Alert color="orange" variant="light" icon={<IconPlayerPause size={18} />} title={t('task:paused')}>
          {reason ?? t('task:pausedText')}
        </Alert>
      )}
      {canary && <CanaryBanner task={task} canary={canary} />}
      {state === 'draft' && (
        <Alert color="tide" variant="light" icon={<IconInfoCircle size={18} />}>
          {t('task:draft')}
        </Alert>
      )}
      {state === 'scheduled' && (
        <Alert color="tide" variant="light" icon={<IconInfoCircle size={18} />}>
          {task.startAt && !task.startRequestedAt ? (
            <Phrase of="task:startsAt" parts={{ at: <At at={task.startAt} /> }} />
          ) : (
            t('task:soon')
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
          {t('task:waiting', { count: parked })}
        </Alert>
      )}
    </>
  );
}
