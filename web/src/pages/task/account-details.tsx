import { Alert, Stack, Text, Title } from '@mantine/core';
import { IconAlertCircle, IconClock } from '@tabler/icons-react';
import { isErrorType } from '../../../../contracts/errors.ts';
import type { AccountTask } from '../../api/types.ts';
import { shared, t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { policyWords } from '../../i18n/policy-words.ts';
import { toldOf } from '../../i18n/told.ts';
import { formatCount, titleOf } from '../../ui/format.ts';
import { Fact, Facts } from '../../ui/page.tsx';
import { postsOf } from '../../ui/plan.ts';
import { PlanView } from '../../ui/plan-view.tsx';
import { At, Took } from '../../ui/time.tsx';
import { IntentList, PostList } from './posts.tsx';
import { WaitingAnswer } from './waiting-answer.tsx';

function Reason({ row }: { row: AccountTask }) {
  if (row.state === 'paced') {
    return (
      <Alert color="violet" variant="light" icon={<IconClock size={18} />}>
        {row.wakeAt ? <Phrase of="task:waitsUntil" parts={{ at: <At at={row.wakeAt} /> }} /> : t('task:waitsTurn')}{' '}
        {toldOf(row, 'stateReason')}
      </Alert>
    );
  }
  if (!row.error) {
    return row.stateReason ? <Text c="dimmed">{toldOf(row, 'stateReason')}</Text> : null;
  }
  const sentence = isErrorType(row.error.type) ? policyWords(row.error.type) : undefined;
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
          {toldOf(row.error, 'message')}
        </Text>
      )}
    </Alert>
  );
}

/** Why an account task stands where it does: what it waits for, or what went wrong and what to do about it. */
export function WhyItStands({ row }: { row: AccountTask }) {
  return row.challenge && row.state === 'parked' ? (
    <WaitingAnswer accountTaskId={row.id} hasPages={row.hasPages} challenge={row.challenge} username={row.username} />
  ) : (
    <Reason row={row} />
  );
}

export function AccountTaskFacts({ row, counters }: { row: AccountTask; counters: readonly string[] }) {
  const counted = counters.filter((name) => (row.counters[name] ?? 0) > 0);
  return (
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
  );
}

/** What the account was to do, and what became of its posts. */
export function AccountTaskPlan({ row }: { row: AccountTask }) {
  const posts = postsOf(row.plan);
  return (
    <Stack gap="lg">
      <div>
        <Title order={3} mb="sm">
          {t('task:plan')}
        </Title>
        {posts ? <PostList plan={row.plan} intents={row.intents} /> : <PlanView plan={row.plan} startsOpen />}
      </div>
      {!posts && row.intents.length > 0 && (
        <div>
          <Title order={3} mb="sm">
            {t('task:posts')}
          </Title>
          <IntentList intents={row.intents} />
        </div>
      )}
    </Stack>
  );
}
