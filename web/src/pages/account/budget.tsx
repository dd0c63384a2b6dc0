import { Alert, Group, Text, Title } from '@mantine/core';
import { IconAlertCircle, IconClock } from '@tabler/icons-react';
import { useAccountBudget } from '../../api/accounts.ts';
import type { AccountBudget } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { toldOf } from '../../i18n/told.ts';
import { formatCount, formatShare } from '../../ui/format.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { Fact, Facts } from '../../ui/page.tsx';
import { BlockSkeleton } from '../../ui/skeletons.tsx';
import { At, AtBoth } from '../../ui/time.tsx';
import classes from './account.module.css';

type ActionBudget = AccountBudget['actions'][number];

function Next({ action, timeZone }: { action: ActionBudget; timeZone: string }) {
  if (!action.nextAt) return <>{t('account:now')}</>;
  return (
    <>
      {action.bound && <>{t(`account:bound.${action.bound}`)}, </>}
      <Phrase of="account:nextAt" parts={{ at: <AtBoth at={action.nextAt} timeZone={timeZone} /> }} />
    </>
  );
}

/** One sort of action: what of today's limit is used, and what comes next. */
function ActionBar({ action, timeZone, refused }: { action: ActionBudget; timeZone: string; refused: boolean }) {
  const { usedToday, perDay, perDayInFull, usedThisHour, perHour } = action;
  const used = t('account:used.day', { used: formatCount(usedToday), limit: formatCount(perDay) });
  const share = perDay === 0 ? 1 : Math.min(1, usedToday / perDay);
  return (
    <li>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text fw={550} size="sm">
          {t(`account:action.${action.action}`)}
        </Text>
        <Text size="sm" className="tabular">
          {used}
        </Text>
      </Group>
      <div
        className={classes.bar}
        role="progressbar"
        aria-label={t(`account:action.${action.action}`)}
        aria-valuemin={0}
        aria-valuemax={perDay}
        aria-valuenow={Math.min(usedToday, perDay)}
        aria-valuetext={used}
      >
        <div className={classes.fill} data-full={share >= 1 || undefined} style={{ width: `${share * 100}%` }} />
      </div>
      <Text size="xs" c="dimmed" component="div">
        {!refused && (
          <>
            <Next action={action} timeZone={timeZone} />
            <br />
          </>
        )}
        {t('account:used.hour', { used: formatCount(usedThisHour), limit: formatCount(perHour) })}
        {perDayInFull !== perDay && <> · {t('account:rampFull', { limit: formatCount(perDayInFull) })}</>}
      </Text>
    </li>
  );
}

function Ramp({ ramp }: { ramp: AccountBudget['ramp'] }) {
  if (!ramp) return <>{t('account:ramp.none')}</>;
  const { stage, stages, share, nextShare } = ramp;
  return (
    <>
      {t('account:ramp.stage', { stage: Math.min(stage + 1, stages), stages, share: formatShare(share) })}
      <Text size="sm" c="dimmed">
        {nextShare === null ? t('account:ramp.last') : t('account:ramp.next', { share: formatShare(nextShare) })}
      </Text>
    </>
  );
}

function Quiet({ hours, timeZone }: { hours: AccountBudget['quietHours']; timeZone: string }) {
  if (!hours) return <>{t('account:quiet.none')}</>;
  return (
    <>
      {t('account:quiet.span', { from: hours.from, to: hours.to })}
      {hours.until && (
        <Text size="sm" c="dimmed" component="div">
          <Phrase of="account:quiet.now" parts={{ at: <AtBoth at={hours.until} timeZone={timeZone} /> }} />
        </Text>
      )}
    </>
  );
}

/** What the account may still do today, and what it waits for. */
export function Budget({ accountId }: { accountId: string }) {
  const budget = useAccountBudget(accountId);
  const { data } = budget;
  return (
    <section className={`surface ${classes.card}`} aria-label={t('account:today')}>
      <Group justify="space-between" gap="xs" mb="sm">
        <Title order={2}>{t('account:today')}</Title>
        {data && (
          <Text size="sm" c="dimmed" component="div">
            <Phrase of="account:dayEnds" parts={{ at: <At at={data.dayEndsAt} /> }} />
          </Text>
        )}
      </Group>
      {data ? (
        <>
          {data.refusal && (
            <Alert color="orange" variant="light" icon={<IconAlertCircle size={18} />} mb="md">
              {toldOf(data, 'refusal')}
            </Alert>
          )}
          {data.cooldown && (
            <Alert color="violet" variant="light" icon={<IconClock size={18} />} mb="md">
              <Phrase of="account:cooldown" parts={{ at: <At at={data.cooldown.until} /> }} />{' '}
              {toldOf(data.cooldown, 'reason')}
            </Alert>
          )}
          {data.actions.length === 0 ? (
            <Text c="dimmed">{t('account:noActions')}</Text>
          ) : (
            <ul className={classes.actions}>
              {data.actions.map((action) => (
                <ActionBar
                  key={action.action}
                  action={action}
                  timeZone={data.timeZone}
                  refused={data.refusal !== null}
                />
              ))}
            </ul>
          )}
          <div className={classes.below}>
            <Facts>
              <Fact label={t('account:warmUp')}>
                <Ramp ramp={data.ramp} />
              </Fact>
              <Fact label={t('account:quiet')}>
                <Quiet hours={data.quietHours} timeZone={data.timeZone} />
              </Fact>
            </Facts>
          </div>
        </>
      ) : budget.error ? (
        <ErrorNotice error={budget.error} onRetry={() => void budget.refetch()} />
      ) : (
        <BlockSkeleton height={210} />
      )}
    </section>
  );
}
