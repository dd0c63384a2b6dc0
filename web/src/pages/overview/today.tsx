import { Anchor, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { isErrorType } from '../../../../contracts/errors.ts';
import { useOverview } from '../../api/overview.ts';
import type { Overview } from '../../api/types.ts';
import { shared, t } from '../../i18n/index.ts';
import { policyWords } from '../../i18n/policy-words.ts';
import { formatCount, titleOf } from '../../ui/format.ts';
import { Meter } from '../../ui/meter.tsx';
import { ErrorNotice } from '../../ui/notices.tsx';
import { StatTile, StatTiles } from '../../ui/stat-tile.tsx';
import { At } from '../../ui/time.tsx';
import classes from './today.module.css';

const MOST_CAUSES = 4;
const MOST_BUDGETS = 6;
/** The most rows of each panel; the style sheet keeps their places. */
const ROOM = [MOST_CAUSES, MOST_CAUSES, MOST_BUDGETS, MOST_CAUSES];

/** The last 24 hours in numbers: what ended and why it failed, what accounts may still do, what comes next. */
export default function Today() {
  const overview = useOverview();
  if (overview.error && !overview.data) {
    return <ErrorNotice error={overview.error} onRetry={() => void overview.refetch()} />;
  }
  const { data } = overview;
  return (
    <section aria-label={t('today:day')}>
      <Title order={2} mb="sm">
        {t('today:day')}
      </Title>
      <Numbers data={data} />
      {data ? (
        <div className={classes.panels}>
          <Hours hours={data.hours} />
          <Causes hours={data.hours} />
          <Budgets budgets={data.actionsToday} />
          <Next data={data} />
        </div>
      ) : (
        <div className={classes.panels} aria-hidden>
          {ROOM.map((rows, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: they never change places
            <Skeleton key={at} className={classes.panel ?? ''} data-rows={rows} />
          ))}
        </div>
      )}
    </section>
  );
}

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((all, n) => all + n, 0);

function Numbers({ data }: { data: Overview | undefined }) {
  const last = data?.hours.at(-1);
  const failed = data?.accountTasks.endedToday.failed ?? 0;
  return (
    <StatTiles>
      <StatTile
        label={t('today:atWork')}
        value={data && formatCount(data.accountTasks.unfinished.running ?? 0)}
        note={data && t('today:waitTurn', { count: data.accountTasks.unfinished.pending ?? 0 })}
        to="/tasks?state=running"
      />
      <StatTile
        label={t('today:inboxOpen')}
        value={data && formatCount(data.openChallenges)}
        to="/inbox"
        {...(data && data.openChallenges > 0 ? { tone: 'warn' as const } : {})}
      />
      <StatTile
        label={t('today:endedToday')}
        value={data && formatCount(sum(data.accountTasks.endedToday))}
        note={last && t('today:thisHour', { count: last.succeeded + last.failed })}
        to="/performance"
      />
      <StatTile
        label={t('today:failedToday')}
        value={data && formatCount(failed)}
        to="/errors"
        {...(failed > 0 ? { tone: 'bad' as const } : {})}
      />
    </StatTiles>
  );
}

/** What ended in each hour, failures at the foot. */
function Hours({ hours }: Pick<Overview, 'hours'>) {
  const most = Math.max(1, ...hours.map(({ succeeded, failed }) => succeeded + failed));
  const all = hours.reduce((total, { succeeded, failed }) => total + succeeded + failed, 0);
  return (
    <Panel title={t('today:throughput')}>
      {all === 0 ? (
        <Text c="dimmed">{t('today:nothingEnded')}</Text>
      ) : (
        <div className={classes.hours} role="img" aria-label={t('today:hoursLabel', { count: all })}>
          {hours.map(({ from, succeeded, failed }) => (
            <span
              key={from}
              className={classes.hour}
              title={`${new Date(from).getHours()}:00 · ${t('today:hourText', { succeeded, failed })}`}
            >
              <span className={classes.good} style={{ height: `${(succeeded / most) * 100}%` }} />
              <span className={classes.bad} style={{ height: `${(failed / most) * 100}%` }} />
            </span>
          ))}
        </div>
      )}
    </Panel>
  );
}

function Causes({ hours }: Pick<Overview, 'hours'>) {
  const counts = new Map<string, number>();
  for (const { failures } of hours) {
    for (const [type, n] of Object.entries(failures)) counts.set(type, (counts.get(type) ?? 0) + n);
  }
  const causes = [...counts].sort(([, a], [, b]) => b - a).slice(0, MOST_CAUSES);
  return (
    <Panel title={t('today:causes')}>
      {causes.length === 0 && <Text c="dimmed">{t('today:noFailure')}</Text>}
      {causes.map(([type, n]) => (
        <Group key={type} justify="space-between" wrap="nowrap" gap="sm">
          <Anchor
            component={Link}
            to={`/errors?type=${encodeURIComponent(type)}`}
            size="sm"
            className="truncate"
            title={isErrorType(type) ? policyWords(type) : undefined}
          >
            {shared(titleOf(type))}
          </Anchor>
          <Text size="sm" className="tabular">
            {formatCount(n)}
          </Text>
        </Group>
      ))}
    </Panel>
  );
}

function Budgets({ budgets }: { budgets: Overview['actionsToday'] }) {
  const used = budgets
    .filter(({ limit }) => limit > 0)
    .sort((a, b) => b.used / b.limit - a.used / a.limit)
    .slice(0, MOST_BUDGETS);
  return (
    <Panel title={t('today:budget')} rows={MOST_BUDGETS}>
      {used.length === 0 && <Text c="dimmed">{t('today:noBudget')}</Text>}
      {used.map(({ platform, action, title, used: spent, limit }) => (
        <Group key={`${platform}/${action}`} justify="space-between" wrap="nowrap" gap="sm">
          <Text size="sm" className="truncate">
            {platform}, {shared(title)}
          </Text>
          <Meter used={spent} total={limit} />
        </Group>
      ))}
    </Panel>
  );
}

function Next({ data: { nextTasks, nextRuns } }: { data: Overview }) {
  const tasks = nextTasks.map(({ id, kind, name, startAt }) => ({
    ...{ key: id, to: `/tasks/${kind}/${id}`, name: name ?? kind, at: startAt },
  }));
  const runs = (nextRuns ?? []).map(({ scheduleId, name, at }) => ({
    ...{ key: `${scheduleId}/${at}`, to: `/schedules?open=${scheduleId}`, name, at },
  }));
  const coming = [...tasks, ...runs].sort((a, b) => a.at.localeCompare(b.at)).slice(0, MOST_CAUSES);
  return (
    <Panel title={t('today:next')}>
      {nextRuns === null && <Text c="dimmed">{t('today:noClock')}</Text>}
      {nextRuns !== null && coming.length === 0 && <Text c="dimmed">{t('today:noNext')}</Text>}
      {coming.map(({ key, to, name, at }) => (
        <Group key={key} justify="space-between" wrap="nowrap" gap="sm">
          <Anchor component={Link} to={to} size="sm" className="truncate">
            {name}
          </Anchor>
          <Text size="sm" c="dimmed" component="span" style={{ whiteSpace: 'nowrap' }}>
            <At at={at} />
          </Text>
        </Group>
      ))}
    </Panel>
  );
}

function Panel({ title, rows, children }: { title: string; rows?: number; children: ReactNode }) {
  return (
    <div className={`surface ${classes.panel}`} data-rows={rows}>
      <Text component="h3" fw={600} size="sm" m={0}>
        {title}
      </Text>
      <Stack gap={8} mt={10}>
        {children}
      </Stack>
    </div>
  );
}
