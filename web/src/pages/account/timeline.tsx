import { Anchor, Text } from '@mantine/core';
import { IconExternalLink, IconHistory } from '@tabler/icons-react';
import { Link, useNavigate } from 'react-router';
import type { TimelineRow } from '../../api/accounts.ts';
import type { PagedList } from '../../api/pages.ts';
import type { TimelineKind } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { At } from '../../ui/time.tsx';
import { type Column, VirtualTable } from '../../ui/virtual-table.tsx';
import classes from './account.module.css';
import { colorOfEntry, detailOfEntry, pathOfEntry, titleOfEntry } from './entry-words.ts';
import { whenColumns } from './when-columns.tsx';

function What({ entry }: { entry: TimelineRow }) {
  const detail = detailOfEntry(entry);
  return (
    <div className={classes.what}>
      <span className={classes.mark} style={{ background: colorOfEntry(entry) }} />
      <Text size="sm" truncate title={detail ?? undefined}>
        <Text span fw={550} size="sm">
          {titleOfEntry(entry)}
        </Text>
        {entry.by && (
          <Text span size="sm">
            {' '}
            {t('account:by', { name: entry.by })}
          </Text>
        )}
        {detail && (
          <Text span size="sm" c="dimmed">
            {' '}
            · {detail}
          </Text>
        )}
      </Text>
      {entry.permalink && (
        <Anchor
          href={entry.permalink}
          target="_blank"
          rel="noreferrer"
          size="sm"
          style={{ flex: 'none' }}
          onClick={(event) => event.stopPropagation()}
        >
          {t('account:openPost')} <IconExternalLink size={13} aria-hidden />
        </Anchor>
      )}
    </div>
  );
}

const TaskLink = ({ entry }: { entry: TimelineRow }) => {
  const path = pathOfEntry(entry);
  if (!path) return null;
  return (
    <Anchor component={Link} to={path} size="sm" className="truncate" onClick={(event) => event.stopPropagation()}>
      {entry.taskName}
    </Anchor>
  );
};

function columns(timeZone: string): Column<TimelineRow>[] {
  return [
    {
      key: 'what',
      title: t('account:what'),
      width: 'minmax(0, 2.4fr)',
      cell: (entry, compact) =>
        compact ? (
          <>
            <What entry={entry} />
            <Text size="xs" c="dimmed" truncate component="div" pl={19}>
              <At at={entry.at} />
              {entry.taskName && <> · {entry.taskName}</>}
            </Text>
          </>
        ) : (
          <What entry={entry} />
        ),
    },
    {
      key: 'where',
      title: t('account:where'),
      width: 'minmax(0, 1fr)',
      from: 'sm',
      cell: (entry) => <TaskLink entry={entry} />,
    },
    ...whenColumns((entry: TimelineRow) => entry.at, timeZone),
  ];
}

interface TimelineProps {
  list: PagedList<TimelineRow>;
  kinds: readonly TimelineKind[];
  timeZone: string;
}

/** Everything that was done with the account; a row leads to the account task behind it. */
export function AccountTimeline({ list, kinds, timeZone }: TimelineProps) {
  const navigate = useNavigate();
  if (list.error) return <ErrorNotice error={list.error} onRetry={list.reload} />;
  return (
    <VirtualTable
      label={t('account:timeline')}
      rows={list.items}
      columns={columns(timeZone)}
      rowKey={(entry) => entry.id}
      list={list}
      onOpen={(entry) => {
        const path = pathOfEntry(entry);
        if (path) void navigate(path);
      }}
      empty={
        kinds.length > 0 ? (
          <Notice icon={IconHistory} title={t('account:nothingOfKind')} color="gray">
            {t('account:nothingOfKindText')}
          </Notice>
        ) : (
          <Notice icon={IconHistory} title={t('account:nothing')} color="gray">
            {t('account:nothingText')}
          </Notice>
        )
      }
    />
  );
}
