import { Anchor, Group, Text, Title } from '@mantine/core';
import { CHALLENGE_STATES } from '../../../../contracts/bulk.ts';
import type { AccountTask } from '../../api/types.ts';
import { shared, t } from '../../i18n/index.ts';
import { formatDuration, titleOf } from '../../ui/format.ts';
import { ACCOUNT_TASK_LOOKS } from '../../ui/states.tsx';
import { At, useNow } from '../../ui/time.tsx';
import classes from './account-task.module.css';
import {
  fieldOf,
  type Happening,
  happeningsOf,
  isEnd,
  lengthOf,
  type Stretch,
  stretchesOf,
  type TimelineEvent,
} from './stretches.ts';

const SECOND_MS = 1_000;

function textOf({ type, data }: TimelineEvent): string {
  if (type === 'challenge') {
    const state = CHALLENGE_STATES.find((one) => one === fieldOf(data, 'state'));
    const what = state ? t(`task:challenge.${state}`) : shared(titleOf(type));
    const name = fieldOf(data, 'by');
    return name ? t('task:challenge.by', { what, name }) : what;
  }
  return fieldOf(data, 'message') ?? fieldOf(data, 'reason') ?? shared(titleOf(type));
}

function Meanwhile({ happening, onShow }: { happening: Happening; onShow(evidenceId: string): void }) {
  const time = (
    <Text size="xs" c="dimmed" component="span" style={{ flex: 'none' }}>
      <At at={happening.at} precise />
    </Text>
  );
  if ('event' in happening) {
    return (
      <li>
        {time}
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {textOf(happening.event)}
        </Text>
      </li>
    );
  }
  const { step, nth, ms, screenshot, trace } = happening;
  const links = [
    { id: screenshot, label: t('accountTask:screenshot') },
    { id: trace, label: t('accountTask:trace') },
  ];
  return (
    <li>
      {time}
      <div>
        <Text size="sm">{t('accountTask:try', { step: shared(titleOf(step)), nth, time: formatDuration(ms) })}</Text>
        <Group gap="sm">
          {links.map(
            ({ id, label }) =>
              id !== undefined && (
                <Anchor key={id} component="button" type="button" size="sm" onClick={() => onShow(id)}>
                  {label}
                </Anchor>
              ),
          )}
        </Group>
      </div>
    </li>
  );
}

interface StepProps {
  stretch: Stretch;
  now: number;
  longest: number;
  /** How often it was at work in all: the number of a single time says nothing. */
  turns: number;
  onShow(evidenceId: string): void;
}

function Step({ stretch, now, longest, turns, onShow }: StepProps) {
  const { state, turn, reason, errorType } = stretch;
  const { label, color } = ACCOUNT_TASK_LOOKS[state];
  const ms = lengthOf(stretch, now);
  const time = ms === null ? undefined : formatDuration(ms);
  return (
    <li className={classes.step}>
      <span className={classes.mark} style={{ background: color }} />
      <Text fw={550} size="sm">
        {turn !== null && turns > 1 ? t('accountTask:turn', { state: label, nth: turn }) : label}
      </Text>
      <Text size="sm" className="tabular">
        {time && (stretch.to === null ? t('accountTask:lasts', { time }) : time)}
      </Text>
      <span />
      <div style={{ gridColumn: '2 / -1' }}>
        {ms !== null && (
          <div className={classes.share} aria-hidden>
            <span style={{ width: `${longest === 0 ? 0 : (ms / longest) * 100}%`, background: color }} />
          </div>
        )}
        <Text size="xs" c="dimmed" component="div">
          <At at={stretch.from} precise />
        </Text>
        {(errorType || reason) && (
          <Text size="sm" mt={2} style={{ overflowWrap: 'anywhere' }}>
            {[errorType && shared(titleOf(errorType)), reason && shared(reason)].filter(Boolean).join(': ')}
          </Text>
        )}
        {stretch.events.length > 0 && (
          <ul className={classes.meanwhile}>
            {happeningsOf(stretch).map((happening) => (
              <Meanwhile key={happening.id} happening={happening} onShow={onShow} />
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}

/** What the account task went through, with how long each part lasted and how often it was at work. */
export function Steps({ row, onShow }: { row: AccountTask; onShow(evidenceId: string): void }) {
  const now = useNow(isEnd(row.state) ? null : SECOND_MS);
  const stretches = stretchesOf(row.timeline);
  const longest = Math.max(0, ...stretches.map((one) => lengthOf(one, now) ?? 0));
  const turns = stretches.filter(({ turn }) => turn !== null).length;
  return (
    <section className={`surface ${classes.card}`} aria-label={t('accountTask:steps')}>
      <Title order={2} mb="sm">
        {t('accountTask:steps')}
      </Title>
      {stretches.length === 0 ? (
        <Text c="dimmed">{t('accountTask:noSteps')}</Text>
      ) : (
        <ol className={classes.steps}>
          {stretches.map((stretch) => (
            <Step key={stretch.id} stretch={stretch} now={now} longest={longest} turns={turns} onShow={onShow} />
          ))}
        </ol>
      )}
    </section>
  );
}
