import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconAlertCircle, IconClock, IconExternalLink } from '@tabler/icons-react';
import { Link } from 'react-router';
import { ERROR_POLICIES, isErrorType } from '../../../../contracts/errors.ts';
import { type TaskAddress, useAccountTask } from '../../api/bulk.ts';
import type { AccountTask } from '../../api/types.ts';
import { shared, t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { LiveViewButton } from '../../live-view/live-view-button.tsx';
import { DetailDrawer } from '../../ui/detail-drawer.tsx';
import { formatCount, titleOf } from '../../ui/format.ts';
import { Fact, Facts } from '../../ui/page.tsx';
import { postsOf } from '../../ui/plan.ts';
import { PlanView } from '../../ui/plan-view.tsx';
import { AccountTaskStateLabel } from '../../ui/states.tsx';
import { At, Took } from '../../ui/time.tsx';
import { EvidenceList } from './evidence.tsx';
import { IntentList, PostList } from './posts.tsx';
import classes from './task.module.css';
import { Timeline } from './timeline.tsx';
import { WaitingAnswer } from './waiting-answer.tsx';

interface AccountDrawerProps {
  address: TaskAddress;
  accountTaskId: string | null;
  counters: readonly string[];
  onClose(): void;
}

/** Everything known of what one account does in the task. */
export function AccountDrawer({ address, accountTaskId, counters, onClose }: AccountDrawerProps) {
  const found = useAccountTask(address, accountTaskId);
  return (
    <DetailDrawer
      opened={accountTaskId !== null}
      onClose={onClose}
      size="lg"
      title={t('nav.task')}
      found={found}
      heading={(row) => (
        <Group gap="md">
          <Text fw={600} size="lg">
            {row.username}
          </Text>
          <AccountTaskStateLabel state={row.state} />
        </Group>
      )}
    >
      {(row) => <Details row={row} counters={counters} />}
    </DetailDrawer>
  );
}

function Reason({ row }: { row: AccountTask }) {
  if (row.state === 'paced') {
    return (
      <Alert color="violet" variant="light" icon={<IconClock size={18} />}>
        {row.wakeAt ? <Phrase of="task:waitsUntil" parts={{ at: <At at={row.wakeAt} /> }} /> : t('task:waitsTurn')}{' '}
        {row.stateReason}
      </Alert>
    );
  }
  if (!row.error) {
    return row.stateReason ? <Text c="dimmed">{row.stateReason}</Text> : null;
  }
  const sentence = isErrorType(row.error.type) ? shared(ERROR_POLICIES[row.error.type].sentence) : undefined;
  return (
    <Alert
      color={row.state === 'parked' ? 'orange' : 'red'}
      variant="light"
      icon={<IconAlertCircle size={18} />}
      title={shared(titleOf(row.error.type))}
    >
      {sentence && <Text>{sentence}</Text>}
      {row.error.message && (
        <Text size="sm" mt={sentence ? 6 : 0} c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {row.error.message}
        </Text>
      )}
    </Alert>
  );
}

function Details({ row, counters }: { row: AccountTask; counters: readonly string[] }) {
  const counted = counters.filter((name) => (row.counters[name] ?? 0) > 0);
  return (
    <Stack gap="lg" pb="xl">
      {row.challenge && row.state === 'parked' ? (
        <WaitingAnswer
          accountTaskId={row.id}
          hasPages={row.hasPages}
          challenge={row.challenge}
          username={row.username}
        />
      ) : (
        <Reason row={row} />
      )}
      <Facts>
        <Fact label={t('field.platform')}>{row.platform}</Fact>
        <Fact label={t('field.attempts')}>{formatCount(row.attempts)}</Fact>
        {row.startedAt && (
          <Fact label={t('field.started')}>
            <At at={row.startedAt} />
          </Fact>
        )}
        {row.startedAt && (
          <Fact label={row.finishedAt ? t('field.took') : t('field.elapsed')}>
            <Took from={row.startedAt} to={row.finishedAt} />
          </Fact>
        )}
        {counted.map((name) => (
          <Fact key={name} label={shared(titleOf(name))}>
            {formatCount(row.counters[name] ?? 0)}
          </Fact>
        ))}
      </Facts>
      <Group gap="xs">
        <Button
          component="a"
          href={row.temporalUrl}
          target="_blank"
          rel="noreferrer"
          variant="default"
          size="xs"
          rightSection={<IconExternalLink size={14} />}
        >
          {t('task:runInTemporal')}
        </Button>
        <Button component={Link} to={`/accounts?open=${row.accountId}`} variant="default" size="xs">
          {t('field.account')}
        </Button>
        {row.hasPages && row.state === 'running' && (
          <LiveViewButton accountTaskId={row.id} username={row.username} mode="watch" />
        )}
      </Group>
      {row.evidence.length > 0 && (
        <section className={classes.section} aria-label={t('task:evidence')}>
          <Title order={3} mb="sm">
            {t('task:evidence')}
          </Title>
          <EvidenceList evidence={row.evidence} />
        </section>
      )}
      <section className={classes.section} aria-label={t('task:plan')}>
        <Title order={3} mb="sm">
          {t('task:plan')}
        </Title>
        {postsOf(row.plan) ? (
          <PostList plan={row.plan} intents={row.intents} />
        ) : (
          <PlanView plan={row.plan} startsOpen />
        )}
      </section>
      {!postsOf(row.plan) && row.intents.length > 0 && (
        <section className={classes.section} aria-label={t('task:posts')}>
          <Title order={3} mb="sm">
            {t('task:posts')}
          </Title>
          <IntentList intents={row.intents} />
        </section>
      )}
      <section className={classes.section} aria-label={t('task:timeline')}>
        <Title order={3} mb="sm">
          {t('task:timeline')}
        </Title>
        <Timeline entries={row.timeline} />
      </section>
      <Text size="xs" c="dimmed">
        <Phrase of="task:accountTask" values={{ id: row.id }} parts={{ code: <code /> }} />
      </Text>
    </Stack>
  );
}
