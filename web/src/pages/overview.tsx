import { Button, Group, Skeleton, Stack, Title } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Suspense } from 'react';
import { Link } from 'react-router';
import { useRecentTasks } from '../api/bulk.ts';
import { useLive } from '../api/live.ts';
import { OVERVIEW } from '../api/overview.ts';
import { usePreferences } from '../api/preferences.ts';
import { useMay } from '../api/session.tsx';
import type { BulkTaskItem } from '../api/types.ts';
import { loadTexts, t } from '../i18n/index.ts';
import { ErrorNotice } from '../ui/notices.tsx';
import { Page } from '../ui/page.tsx';
import { part } from '../ui/part.tsx';
import classes from './overview/overview.module.css';
import { TaskCard } from './overview/task-card.tsx';

// Read beside the lists, which are what a person looks at first.
const Today = part(async () => {
  const [today] = await Promise.all([import('./overview/today.tsx'), loadTexts(['shared', 'today'])]);
  return today.default;
});

const SystemHealthCard = part(async () => (await import('./overview/system-health.tsx')).default);
// Without the guide the lists are still there.
const FirstSteps = part(
  async () => {
    const [steps] = await Promise.all([import('./overview/first-steps.tsx'), loadTexts(['guide'])]);
    return steps.default;
  },
  ({ error, retry, props }) => (
    <>
      <ErrorNotice error={error} onRetry={retry} />
      {props.children}
    </>
  ),
);

const OPEN = 'running,paused,scheduled,draft';

/** What is at work first, drafts last. */
const byUrgency = (a: BulkTaskItem, b: BulkTaskItem): number => OPEN.indexOf(a.state) - OPEN.indexOf(b.state);

const ENDED = 'completed,completed_with_failures,cancelled,failed';

export function OverviewPage() {
  const open = useRecentTasks(OPEN, 20);
  const ended = useRecentTasks(ENDED, 6);
  const client = useQueryClient();
  useLive(undefined, (events) => {
    void client.invalidateQueries({ queryKey: ['bulk', 'recent', OPEN] });
    if (events.length === 0 || events.some((event) => event.type === 'bulk-task')) {
      void client.invalidateQueries({ queryKey: ['bulk', 'recent', ENDED] });
      void client.invalidateQueries({ queryKey: OVERVIEW });
    }
  });

  // Whoever may order has the first steps until they put them away.
  const preferences = usePreferences();
  const guided = useMay('operator') && preferences.data?.guide !== 'away';
  const fresh = open.data?.items.length === 0 && ended.data?.items.length === 0;
  const rest = (
    <>
      {!(guided && fresh) && (
        <Suspense fallback={<Skeleton className={classes.today ?? ''} aria-hidden />}>
          <Today />
        </Suspense>
      )}
      <section aria-label={t('overview:openTasks')}>
        <Group justify="space-between" mb="sm">
          <Title order={2}>{t('overview:runningAndOpen')}</Title>
        </Group>
        {open.error && !open.data ? (
          <ErrorNotice error={open.error} onRetry={() => void open.refetch()} />
        ) : open.isPending ? (
          <Stack gap="sm">
            <Skeleton height={92} />
            <Skeleton height={92} />
          </Stack>
        ) : open.data?.items.length === 0 ? (
          <div className={classes.quiet}>{t('overview:nothingRuns')}</div>
        ) : (
          <Stack gap="sm">
            {[...(open.data?.items ?? [])].sort(byUrgency).map((task) => (
              <TaskCard key={task.id} task={task} />
            ))}
          </Stack>
        )}
      </section>
      {!open.isPending && (ended.data?.items.length ?? 0) > 0 && (
        <section aria-label={t('overview:endedTasks')}>
          <Group justify="space-between" mb="sm">
            <Title order={2}>{t('overview:endedLast')}</Title>
            <Button
              component={Link}
              to="/tasks"
              variant="subtle"
              size="compact-sm"
              rightSection={<IconArrowRight size={14} />}
            >
              {t('overview:allTasks')}
            </Button>
          </Group>
          <Stack gap="sm">
            {ended.data?.items.map((task) => (
              <TaskCard key={task.id} task={task} />
            ))}
          </Stack>
        </section>
      )}
    </>
  );
  return (
    <Page title={t('nav.overview')}>
      <div className={classes.columns}>
        <Stack gap="xl" miw={0}>
          {preferences.isPending ? (
            <Skeleton className={classes.waiting ?? ''} aria-hidden />
          ) : guided ? (
            <Suspense fallback={<Skeleton className={classes.waiting ?? ''} aria-hidden />}>
              <FirstSteps>{rest}</FirstSteps>
            </Suspense>
          ) : (
            rest
          )}
        </Stack>
        <Suspense fallback={<Skeleton height={480} aria-hidden />}>
          <SystemHealthCard />
        </Suspense>
      </div>
    </Page>
  );
}
