import { Group, Text } from '@mantine/core';
import { Suspense } from 'react';
import { Link } from 'react-router';
import type { BulkTaskItem } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { formatCount, formatShare } from '../../ui/format.ts';
import { part } from '../../ui/part.tsx';
import { endedOf, ProgressBar, shareEnded } from '../../ui/progress.tsx';
import { BulkStateLabel } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import classes from './overview.module.css';

const TaskReason = part(
  async () => (await import('../../ui/server-words.tsx')).default,
  () => null,
);

/** One bulk task in a line or two, with its progress. */
export function TaskCard({ task }: { task: BulkTaskItem }) {
  const { totals } = task;
  const needs = [
    totals.failed > 0 && t('overview:failed', { count: totals.failed }),
    totals.parked > 0 && t('overview:wait', { count: totals.parked }),
  ].filter(Boolean);
  return (
    <Link to={`/tasks/${task.kind}/${task.id}`} className={`surface ${classes.task}`}>
      <Group justify="space-between" wrap="nowrap" gap="md">
        <Text fw={550} className="truncate">
          {task.name}
        </Text>
        <Text size="sm" span>
          <BulkStateLabel state={task.state} />
        </Text>
      </Group>
      <div style={{ margin: '10px 0 8px' }}>
        <ProgressBar totals={totals} />
      </div>
      <Group justify="space-between" gap="xs">
        <Text size="xs" c="dimmed" className="tabular">
          {t('count.endedOf', { ended: formatCount(endedOf(totals)), count: totals.total })} (
          {formatShare(shareEnded(totals))}){needs.length > 0 && ` · ${needs.join(' · ')}`}
        </Text>
        <Text size="xs" c="dimmed">
          {task.finishedAt ? (
            <Phrase of="overview:ended" parts={{ ago: <Ago at={task.finishedAt} /> }} />
          ) : task.startedAt ? (
            <Phrase of="overview:started" parts={{ ago: <Ago at={task.startedAt} /> }} />
          ) : (
            <Phrase of="overview:created" parts={{ ago: <Ago at={task.createdAt} /> }} />
          )}
        </Text>
      </Group>
      {task.stateReason && (
        <Suspense>
          <TaskReason task={task} />
        </Suspense>
      )}
    </Link>
  );
}
