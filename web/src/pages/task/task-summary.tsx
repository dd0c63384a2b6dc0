import { Anchor, Group, Text } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { isFinalBulkState } from '../../../../contracts/states.ts';
import type { Aggregate, BulkTask } from '../../api/types.ts';
import { formatCount, formatDuration, formatShare, plural, titleOf } from '../../ui/format.ts';
import { Fact, Facts } from '../../ui/page.tsx';
import { endedOf, ProgressBar, shareEnded } from '../../ui/progress.tsx';
import { At, Took } from '../../ui/time.tsx';
import classes from './task.module.css';

function Remaining({ aggregate }: { aggregate: Aggregate }) {
  const { pending, running, paced, parked } = aggregate.totals;
  if (pending + running + paced === 0 && parked > 0) return <>{plural(parked, 'answer')} of a person</>;
  if (aggregate.etaSeconds === null) return <>cannot be told yet</>;
  const ms = aggregate.etaSeconds * 1_000;
  return (
    <>
      about {formatDuration(ms)}, until <At at={new Date(Date.now() + ms).toISOString()} />
    </>
  );
}

/** How far a bulk task is, at a glance. */
export function TaskSummary({ task, aggregate }: { task: BulkTask; aggregate: Aggregate | undefined }) {
  const totals = aggregate?.totals ?? task.totals;
  const counters = Object.entries(aggregate?.counters ?? task.counters);
  const state = aggregate?.state ?? task.state;
  const startedAt = aggregate?.startedAt ?? task.startedAt;
  const finishedAt = aggregate ? aggregate.finishedAt : task.finishedAt;
  return (
    <section className={`surface ${classes.summary}`} aria-label="Progress of the task">
      <Group justify="space-between" align="baseline" mb="xs" gap="xs">
        <Text className="tabular" data-testid="progress-text">
          <span className={classes.share}>{formatShare(shareEnded(totals))}</span>{' '}
          <Text span c="dimmed">
            {formatCount(endedOf(totals))} of {plural(totals.total, 'account')} ended
          </Text>
        </Text>
        {state === 'running' && aggregate && (
          <Text size="sm" c="dimmed">
            Remaining: <Remaining aggregate={aggregate} />
          </Text>
        )}
      </Group>
      <ProgressBar totals={totals} tall />
      <Facts>
        {counters.map(([name, value]) => (
          <Fact key={name} label={titleOf(name)}>
            <b>{formatCount(value)}</b>
          </Fact>
        ))}
        <Fact label={isFinalBulkState(state) ? 'Ran at once' : 'Runs at once'}>{aggregate?.window ?? task.window}</Fact>
        <Fact label="Started">{startedAt ? <At at={startedAt} /> : 'not yet'}</Fact>
        {startedAt && (
          <Fact label={finishedAt ? 'Took' : 'Elapsed'}>
            <Took from={startedAt} to={finishedAt} />
          </Fact>
        )}
        {finishedAt && (
          <Fact label="Ended">
            <At at={finishedAt} />
          </Fact>
        )}
        {startedAt && (
          <Fact label="Workflow">
            <Anchor href={task.temporalUrl} target="_blank" rel="noreferrer" size="sm">
              Open in Temporal <IconExternalLink size={13} aria-hidden />
            </Anchor>
          </Fact>
        )}
      </Facts>
    </section>
  );
}
