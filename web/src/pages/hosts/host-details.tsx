import { Anchor, Group, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import type { WorkerDetail } from '../../api/types.ts';
import { shared, t } from '../../i18n/index.ts';
import { toldOf } from '../../i18n/told.ts';
import { formatCount, titleOf } from '../../ui/format.ts';
import { Ago } from '../../ui/time.tsx';
import classes from './host.module.css';
import { isHeard, saidBy } from './worker-values.ts';

const SHOWN_ERRORS = 8;

/** By the names of the heartbeat. */
const HELD = [
  'openSessions',
  'browsers',
  'contexts',
  'waiting',
  'renders',
  'cachedWorkflows',
  'databaseConnections',
] as const;
const SINCE_START = ['activities', 'failures', 'sessionsOpened'] as const;

/** What the worker holds at present, and what it has done since it started. */
export function HoldsNow({ worker }: { worker: WorkerDetail }) {
  const held = HELD.flatMap((name) => {
    const value = isHeard(worker) ? saidBy(worker, name) : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
  const done = SINCE_START.flatMap((name) => {
    const value = saidBy(worker, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return (
    <section className={`surface ${classes.card}`} aria-label={t('hosts:holds')}>
      <Title order={3}>{t('hosts:holds')}</Title>
      {held.length > 0 ? (
        <dl className={classes.numbers}>
          {held.map(([name, value]) => [
            <dt key={name}>{t(`hosts:held.${name}`)}</dt>,
            <dd key={`${name} value`}>{formatCount(value)}</dd>,
          ])}
        </dl>
      ) : (
        <Text c="dimmed" mt="xs">
          {isHeard(worker) ? t('hosts:holdsNothing') : t('hosts:holdsUnknown')}
        </Text>
      )}
      {done.length > 0 && (
        <>
          <Title order={3} mt="lg">
            {t('hosts:sinceStart')}
          </Title>
          <dl className={classes.numbers}>
            {done.map(([name, value]) => [
              <dt key={name}>{t(`hosts:done.${name}`)}</dt>,
              <dd key={`${name} value`}>{formatCount(value)}</dd>,
            ])}
          </dl>
        </>
      )}
    </section>
  );
}

/** The newest errors that this worker reported. */
export function HostErrors({ worker }: { worker: WorkerDetail }) {
  const errors = worker.errors.slice(0, SHOWN_ERRORS);
  return (
    <section className={`surface ${classes.card}`} aria-label={t('hosts:errors')}>
      <Group justify="space-between" gap="xs">
        <Title order={3}>{t('hosts:errors')}</Title>
        {errors.length > 0 && (
          <Anchor component={Link} to={`/errors?host=${worker.id}&state=all`} size="sm">
            {t('hosts:allErrors')}
          </Anchor>
        )}
      </Group>
      {errors.length === 0 ? (
        <Text c="dimmed" mt="xs">
          {t('hosts:noErrors')}
        </Text>
      ) : (
        <ul className={classes.errors}>
          {errors.map((error) => (
            <li key={error.id} className={classes.error}>
              <Text fw={550} size="sm">
                {shared(titleOf(error.type))}
              </Text>
              <Text size="sm" c="dimmed">
                <Ago at={error.at} />
              </Text>
              <Text size="sm" className={classes.message}>
                {toldOf(error, 'message')}
              </Text>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
