import { Anchor, Group, Text } from '@mantine/core';
import { IconDatabase, IconExternalLink } from '@tabler/icons-react';
import { isFinalBulkState } from '../../../../contracts/states.ts';
import type { Aggregate, BulkTask } from '../../api/types.ts';
import { shared, t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { formatCount, formatDuration, formatShare, titleOf } from '../../ui/format.ts';
import { Fact, Facts } from '../../ui/page.tsx';
import { endedOf, ProgressBar, shareEnded } from '../../ui/progress.tsx';
import { At, Took } from '../../ui/time.tsx';
import classes from './task.module.css';

function Remaining({ aggregate }: { aggregate: Aggregate }) {
  const { pending, running, paced, parked } = aggregate.totals;
  if (pending + running + paced === 0 && parked > 0) return <>{t('task:answers', { count: parked })}</>;
  if (aggregate.etaSeconds === null) return <>{t('task:noEta')}</>;
  const ms = aggregate.etaSeconds * 1_000;
  return (
    <Phrase
      of="task:about"
      values={{ time: formatDuration(ms) }}
      parts={{ at: <At at={new Date(Date.now() + ms).toISOString()} /> }}
    />
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
    <section className={`surface ${classes.summary}`} aria-label={t('task:progressOf')}>
      <Group justify="space-between" align="baseline" mb="xs" gap="xs">
        <Text className="tabular" data-testid="progress-text">
          <span className={classes.share}>{formatShare(shareEnded(totals))}</span>{' '}
          <Text span c="dimmed">
            {t('count.endedOf', { ended: formatCount(endedOf(totals)), count: totals.total })}
          </Text>
        </Text>
        {(state === 'running' || state === 'paused') && (
          <Text size="sm" c="dimmed" miw={200} mih="1lh" ta={{ sm: 'end' }}>
            {aggregate?.source === 'ledger' ? (
              <>
                <IconDatabase size={16} aria-hidden style={{ verticalAlign: -3 }} /> {t('task:ledger')}
              </>
            ) : (
              state === 'running' &&
              aggregate && <Phrase of="task:remaining" parts={{ rest: <Remaining aggregate={aggregate} /> }} />
            )}
          </Text>
        )}
      </Group>
      <ProgressBar totals={totals} tall />
      <Facts>
        {counters.map(([name, value]) => (
          <Fact key={name} label={shared(titleOf(name))}>
            <b>{formatCount(value)}</b>
          </Fact>
        ))}
        <Fact label={isFinalBulkState(state) ? t('task:ranAtOnce') : t('task:runsAtOnce')}>
          {aggregate?.window ?? task.window}
        </Fact>
        <Fact label={t('field.started')}>{startedAt ? <At at={startedAt} /> : t('task:notYet')}</Fact>
        {startedAt && (
          <Fact label={finishedAt ? t('field.took') : t('field.elapsed')}>
            <Took from={startedAt} to={finishedAt} />
          </Fact>
        )}
        {finishedAt && (
          <Fact label={t('task:ended')}>
            <At at={finishedAt} />
          </Fact>
        )}
        {startedAt && (
          <Fact label={t('task:workflow')}>
            <Anchor href={task.temporalUrl} target="_blank" rel="noreferrer" size="sm">
              {t('task:openTemporal')} <IconExternalLink size={13} aria-hidden />
            </Anchor>
          </Fact>
        )}
      </Facts>
    </section>
  );
}
