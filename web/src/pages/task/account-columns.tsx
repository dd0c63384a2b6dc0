import { ActionIcon, Group, Text, Tooltip, VisuallyHidden } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { isErrorType } from '../../../../contracts/errors.ts';
import type { AccountTaskItem, BulkTask } from '../../api/types.ts';
import { shared, t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { policyWords } from '../../i18n/policy-words.ts';
import { toldOf } from '../../i18n/told.ts';
import { formatCount, titleOf } from '../../ui/format.ts';
import { NameCell } from '../../ui/name-cell.tsx';
import { AccountTaskStateLabel } from '../../ui/states.tsx';
import { At, Took } from '../../ui/time.tsx';
import type { Column } from '../../ui/virtual-table.tsx';

/** What a type of error means and what to do about it. */
export const sentenceOf = (type: string): string => (isErrorType(type) ? policyWords(type) : shared(titleOf(type)));

const counted = (counters: Record<string, number>): string =>
  Object.entries(counters)
    .filter(([, value]) => value > 0)
    .map(([name, value]) =>
      t('progress.part', { number: formatCount(value), state: shared(titleOf(name)).toLowerCase() }),
    )
    .join(', ');

/** Why a row is in its state, in words: the error and its way out, what it waits for, or what was done. */
function Reason({ row }: { row: AccountTaskItem }) {
  if (row.error) {
    const sentence = sentenceOf(row.error.type);
    const said = toldOf(row.error, 'message') || toldOf(row, 'stateReason') || '';
    // Some messages are the sentence's own beginning.
    const message = sentence.startsWith(said) ? '' : said;
    return (
      <div title={message ? `${message}\n\n${sentence}` : sentence}>
        <Text size="sm" truncate>
          {message || sentence}
        </Text>
        {message && (
          <Text size="xs" c="dimmed" truncate visibleFrom="sm">
            {sentence}
          </Text>
        )}
      </div>
    );
  }
  if (row.state === 'paced' && row.wakeAt) {
    return (
      <Text size="sm" c="dimmed" truncate title={toldOf(row, 'stateReason') ?? undefined}>
        <Phrase of="task:until" parts={{ at: <At at={row.wakeAt} /> }} /> {toldOf(row, 'stateReason')}
      </Text>
    );
  }
  const text = toldOf(row, 'stateReason') ?? counted(row.counters);
  return (
    <Text size="sm" c="dimmed" truncate title={text || undefined}>
      {text}
    </Text>
  );
}

/** The run's own page in Temporal Web; its workflow id is the task's with the account task's behind it. */
const runUrl = (task: BulkTask, row: AccountTaskItem): string =>
  `${task.temporalUrl}${encodeURIComponent(`/${row.id}`)}`;

export function accountColumns(task: BulkTask): Column<AccountTaskItem>[] {
  return [
    {
      key: 'account',
      title: t('field.account'),
      width: 'minmax(150px, 1fr)',
      cell: (row, compact) =>
        compact ? (
          <NameCell
            name={row.username}
            compact
            state={<AccountTaskStateLabel state={row.state} />}
            below={<Reason row={row} />}
          />
        ) : (
          <Group gap={10} wrap="nowrap">
            <Text size="xs" c="dimmed" className="tabular" miw={26} ta="right" style={{ flex: 'none' }}>
              {formatCount(row.ordinal + 1)}
            </Text>
            <Text fw={550} size="sm" truncate>
              {row.username}
            </Text>
          </Group>
        ),
    },
    {
      key: 'state',
      title: t('field.state'),
      width: '116px',
      from: 'sm',
      cell: (row) => <AccountTaskStateLabel state={row.state} />,
    },
    {
      key: 'reason',
      title: t('task:reason'),
      width: 'minmax(0, 2fr)',
      from: 'sm',
      cell: (row) => <Reason row={row} />,
    },
    {
      key: 'attempts',
      title: t('field.attempts'),
      width: '70px',
      align: 'right',
      from: 'lg',
      cell: (row) => (row.attempts > 0 ? formatCount(row.attempts) : '–'),
    },
    {
      key: 'started',
      title: t('field.started'),
      width: '110px',
      align: 'right',
      from: 'lg',
      cell: (row) => (row.startedAt ? <At at={row.startedAt} /> : '–'),
    },
    {
      key: 'took',
      title: t('field.took'),
      width: '92px',
      align: 'right',
      from: 'md',
      cell: (row) => (row.startedAt ? <Took from={row.startedAt} to={row.finishedAt} /> : '–'),
    },
    {
      key: 'run',
      title: <VisuallyHidden>{t('task:runInTemporal')}</VisuallyHidden>,
      width: '30px',
      from: 'sm',
      cell: (row) =>
        row.attempts > 0 && (
          <Tooltip label={t('task:openRun')}>
            <ActionIcon
              component="a"
              href={runUrl(task, row)}
              target="_blank"
              rel="noreferrer"
              variant="subtle"
              color="gray"
              aria-label={t('task:openRunOf', { name: row.username })}
              onClick={(event) => event.stopPropagation()}
            >
              <IconExternalLink size={16} />
            </ActionIcon>
          </Tooltip>
        ),
    },
  ];
}
