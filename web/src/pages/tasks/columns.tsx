import { Group, Stack, Text } from '@mantine/core';
import { Link } from 'react-router';
import type { BulkTaskItem } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { formatCount, formatShare } from '../../ui/format.ts';
import { endedOf, ProgressBar, shareEnded } from '../../ui/progress.tsx';
import { BulkStateLabel } from '../../ui/states.tsx';
import { Ago, Took } from '../../ui/time.tsx';
import type { Column } from '../../ui/virtual-table.tsx';

function NameCell({ task, compact, kind }: { task: BulkTaskItem; compact: boolean; kind: string }) {
  const link = (
    <Link
      to={`/tasks/${task.kind}/${task.id}`}
      className="plain-link truncate"
      style={{ fontWeight: 550 }}
      tabIndex={-1}
      onClick={(event) => event.stopPropagation()}
    >
      {task.name}
    </Link>
  );
  if (!compact) {
    return (
      <Stack gap={1}>
        {link}
        <Text size="xs" c="dimmed" truncate>
          {kind}
        </Text>
      </Stack>
    );
  }
  return (
    <Stack gap={6}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        {link}
        <BulkStateLabel state={task.state} iconOnly={task.state === 'completed_with_failures'} />
      </Group>
      <ProgressBar totals={task.totals} />
      <Text size="xs" c="dimmed" truncate className="tabular">
        <Phrase
          of="tasks:endedCreated"
          values={{ ended: formatCount(endedOf(task.totals)), total: formatCount(task.total) }}
          parts={{ ago: <Ago at={task.createdAt} /> }}
        />
      </Text>
    </Stack>
  );
}

export function taskColumns(kindTitles: ReadonlyMap<string, string>): Column<BulkTaskItem>[] {
  return [
    {
      key: 'name',
      title: t('field.name'),
      width: 'minmax(0, 2fr)',
      cell: (task, compact) => <NameCell task={task} compact={compact} kind={kindTitles.get(task.kind) ?? task.kind} />,
    },
    {
      key: 'state',
      title: t('field.state'),
      width: '190px',
      from: 'sm',
      cell: (task) => <BulkStateLabel state={task.state} />,
    },
    {
      key: 'progress',
      title: t('tasks:progress'),
      width: 'minmax(150px, 1.4fr)',
      from: 'sm',
      cell: (task) => (
        <Stack gap={5}>
          <ProgressBar totals={task.totals} />
          <Text size="xs" c="dimmed" className="tabular" truncate>
            {t('tasks:line', {
              share: formatShare(shareEnded(task.totals)),
              ended: formatCount(endedOf(task.totals)),
              total: formatCount(task.total),
            })}
            {task.totals.failed > 0 && ` · ${t('tasks:failed', { count: task.totals.failed })}`}
          </Text>
        </Stack>
      ),
    },
    {
      key: 'took',
      title: t('field.took'),
      width: '110px',
      align: 'right',
      from: 'lg',
      cell: (task) => (task.startedAt ? <Took from={task.startedAt} to={task.finishedAt} /> : '–'),
    },
    {
      key: 'created',
      title: t('field.created'),
      width: '110px',
      align: 'right',
      from: 'md',
      cell: (task) => <Ago at={task.createdAt} />,
    },
  ];
}
