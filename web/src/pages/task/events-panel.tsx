import { Button, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { TaskAddress } from '../../api/bulk.ts';
import { useTaskEvents } from '../../api/task-page.ts';
import type { TaskEvent } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { CardsSkeleton } from '../../ui/skeletons.tsx';
import { At } from '../../ui/time.tsx';
import { colorOfEvent, detailOfEvent, titleOfEvent } from './event-words.ts';
import classes from './task.module.css';

function Entry({ event }: { event: TaskEvent }) {
  const detail = detailOfEvent(event);
  return (
    <li className={classes.event}>
      <span className={classes.mark} style={{ background: colorOfEvent(event) }} />
      <div className={classes.eventText}>
        <Text size="sm">
          <Text span size="sm" fw={550}>
            {titleOfEvent(event)}
          </Text>
          {event.by !== null && (
            <Text span size="sm">
              {' '}
              {t('task:events.by', { name: event.by })}
            </Text>
          )}
        </Text>
        {detail && (
          <Text size="sm" c="dimmed">
            {detail}
          </Text>
        )}
      </div>
      <At at={event.at} />
    </li>
  );
}

/** What happened to the task as a whole, newest first: when, and by whom where a person did it. */
export function EventsPanel({ address }: { address: TaskAddress }) {
  const events = useTaskEvents(address);
  const body = (): ReactNode => {
    if (events.error) return <ErrorNotice error={events.error} onRetry={events.reload} />;
    if (events.isPending) return <CardsSkeleton cards={4} height={34} />;
    if (events.items.length === 0) return <Text c="dimmed">{t('task:noEvents')}</Text>;
    return (
      <>
        <ol className={classes.events}>
          {events.items.map((event) => (
            <Entry key={event.id} event={event} />
          ))}
        </ol>
        {events.hasMore && (
          <Button
            variant="subtle"
            size="compact-sm"
            mt="xs"
            loading={events.isFetchingMore}
            onClick={events.moreFailed ? events.retryMore : events.loadMore}
          >
            {t(events.moreFailed ? 'error.retry' : 'task:events.older')}
          </Button>
        )}
      </>
    );
  };
  return (
    <section className={`surface ${classes.pane}`} aria-label={t('task:events.title')}>
      <div className={classes.paneHead}>
        <Title order={2}>{t('task:events.title')}</Title>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section className={classes.eventsBody} tabIndex={0} aria-label={t('task:events.list')}>
        {body()}
      </section>
    </section>
  );
}
