import { Alert, Button, Group, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import {
  IconAlertTriangle,
  IconArrowLeft,
  IconCalendarTime,
  IconInfoCircle,
  IconPlayerPlay,
  IconRefresh,
} from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useNavigate } from 'react-router';
import { createTask, dryRun, giveOrder } from '../../api/bulk.ts';
import type { DryRun, Kind } from '../../api/types.ts';
import { shared, t } from '../../i18n/index.ts';
import { formatDate, tenths } from '../../i18n/intl.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { told } from '../../i18n/told.ts';
import { formatCount, formatDuration } from '../../ui/format.ts';
import { ErrorAlert } from '../../ui/notices.tsx';
import { Fact, Facts } from '../../ui/page.tsx';
import { postsOf } from '../../ui/plan.ts';
import { At } from '../../ui/time.tsx';
import { sayFailed } from '../../ui/toast.tsx';
import { ScheduleButton } from '../schedules/schedule-button.tsx';
import { type Draft, newIdempotencyKey, orderOf } from './draft.ts';
import classes from './new-task.module.css';
import { PlanList } from './plan-list.tsx';
import { RefusedList } from './refused-list.tsx';
import { WhoWords } from './who-words.tsx';

interface ReviewStepProps {
  kind: Kind;
  draft: Draft;
  onChange(changes: Partial<Draft>): void;
  /** Told what each dry run found. */
  onChecked(found: DryRun): void;
  onBack(): void;
  onDone(): void;
  /** Where a made task leads; to its own page unless given. */
  backTo?: string | undefined;
}

/** The dry run: what every account would do, before anything is written. Then the start. */
export function ReviewStep({ kind, draft, onChange, onChecked, onBack, onDone, backTo }: ReviewStepProps) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const order = orderOf(draft);
  const unnamed = orderOf({ ...draft, name: '' });
  const checked = useQuery({
    queryKey: ['dry-run', kind.name, unnamed],
    queryFn: async () => {
      if (!unnamed) throw new Error(t('newTask:accountsFirst'));
      const found = await dryRun(kind.name, unnamed);
      onChecked(found);
      return found;
    },
    retry: false,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  const refused = checked.data?.refusedTotal ?? 0;

  // One key for one order: pressing twice, or again after a lost answer, makes one task.
  const asked = JSON.stringify([order, refused > 0]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another order is another key
  const key = useMemo(newIdempotencyKey, [asked]);

  const create = useMutation({
    mutationFn: async ({ start }: { start: boolean }) => {
      if (!order) throw new Error(t('newTask:accountsFirst'));
      const task = await createTask(kind.name, refused > 0 ? { ...order, skipRefused: true } : order, key);
      if (start) await giveOrder(task, 'start').catch((error) => sayFailed(error, t('newTask:notStarted')));
      return task;
    },
    onSuccess: (task) => {
      onDone();
      void client.invalidateQueries({ queryKey: ['bulk'] });
      void navigate(backTo ?? `/tasks/${task.kind}/${task.id}`);
    },
  });

  const total = checked.data?.total ?? 0;
  const ready = checked.data !== undefined && !checked.isFetching && total > 0;
  return (
    <Stack gap="lg">
      <TextInput
        label={t('field.name')}
        placeholder={t('newTask:namePlaceholder', {
          kind: shared(kind.title),
          date: formatDate(Date.now(), { dateStyle: 'medium' }),
        })}
        maxLength={200}
        maw={560}
        value={draft.name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <Text>
        <WhoWords draft={draft} count={checked.isFetching ? undefined : checked.data} />
      </Text>
      {checked.isFetching ? (
        <Stack gap="sm" role="status" aria-label={t('newTask:checking')}>
          <Skeleton height={64} />
          <Skeleton height={200} />
        </Stack>
      ) : checked.error ? (
        <Stack gap="sm" align="start">
          <ErrorAlert error={checked.error} title={t('newTask:cannotOrder')} />
          <Button variant="default" leftSection={<IconRefresh size={16} />} onClick={() => void checked.refetch()}>
            {t('newTask:again')}
          </Button>
        </Stack>
      ) : (
        checked.data && <Findings found={checked.data} />
      )}
      <ErrorAlert error={create.error} title={t('newTask:notMade')} />
      <Group gap="sm" className={classes.foot}>
        <Button variant="default" leftSection={<IconArrowLeft size={16} />} onClick={onBack}>
          {t('newTask:back')}
        </Button>
        {draft.repeat ? (
          <ScheduleButton
            kind={kind.name}
            order={order}
            repeat={draft.repeat}
            disabled={!ready}
            newKey={newIdempotencyKey}
            onDone={onDone}
          />
        ) : draft.startAt ? (
          <Button
            leftSection={<IconCalendarTime size={16} />}
            disabled={!ready}
            loading={create.isPending}
            onClick={() => create.mutate({ start: false })}
          >
            {t('newTask:schedule', { count: total })}
          </Button>
        ) : (
          <>
            <Button
              leftSection={<IconPlayerPlay size={16} />}
              disabled={!ready || create.isPending}
              loading={create.isPending && create.variables.start}
              onClick={() => create.mutate({ start: true })}
            >
              {ready ? t('newTask:startWith', { count: total }) : t('newTask:start')}
            </Button>
            <Button
              variant="default"
              disabled={!ready || create.isPending}
              loading={create.isPending && !create.variables.start}
              onClick={() => create.mutate({ start: false })}
            >
              {t('newTask:draft')}
            </Button>
          </>
        )}
      </Group>
    </Stack>
  );
}

function Findings({ found }: { found: DryRun }) {
  const finishMs = Date.parse(found.forecast.finishAt) - Date.now();
  return (
    <Stack gap="md">
      <Text c="dimmed">{t('newTask:dryRun')}</Text>
      <Facts>
        <Fact label={t('newTask:takePart')}>
          <b data-testid="dry-run-total">{t('count.accounts', { count: found.total })}</b>
        </Fact>
        <Fact label={t('newTask:refusedCount')}>{formatCount(found.refusedTotal)}</Fact>
        {found.total > 0 && (
          <Fact label={t('newTask:forecast')}>
            <Phrase
              of="newTask:about"
              values={{ time: formatDuration(Math.max(1_000, finishMs)) }}
              parts={{ at: <At at={found.forecast.finishAt} /> }}
            />
          </Fact>
        )}
        {found.total > 0 && (
          <Fact label={t('newTask:reckoned')}>
            {t(found.plans.some(({ plan }) => postsOf(plan)) ? 'newTask:perPost' : 'newTask:perStep', {
              seconds: tenths().format(found.forecast.secondsPerPost),
            })}
          </Fact>
        )}
        {found.total > 0 && (
          <Fact label={t('newTask:bound')}>{told(found.forecast.boundBy, found.said?.['forecast.boundBy'])}</Fact>
        )}
      </Facts>
      {found.warnings.map((warning, place) => (
        <Alert key={warning} color="tide" variant="light" icon={<IconInfoCircle size={18} />}>
          {told(warning, found.said?.[`warnings.${place}`])}
        </Alert>
      ))}
      {found.refusedTotal > 0 && (
        <Alert
          color="orange"
          variant="light"
          icon={<IconAlertTriangle size={18} />}
          title={t('newTask:cannot', { count: found.refusedTotal })}
        >
          {found.total > 0 ? t('newTask:goesOn') : t('newTask:nobodyLeft')}
        </Alert>
      )}
      <RefusedList refused={found.refused} total={found.refusedTotal} />
      <PlanList plans={found.plans} total={found.total} />
    </Stack>
  );
}
