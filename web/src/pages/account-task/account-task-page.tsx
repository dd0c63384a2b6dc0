import { Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconUser } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Link, useParams } from 'react-router';
import { accountTaskKey, type TaskAddress, useAccountTask, useKinds, useTask } from '../../api/bulk.ts';
import { useLive } from '../../api/live.ts';
import { useSerial } from '../../api/serial.ts';
import type { AccountTask } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { WatchButton } from '../../live-view/watch-button.tsx';
import { useAddress } from '../../ui/address.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { AccountTaskStateLabel } from '../../ui/states.tsx';
import { AccountTaskFacts, AccountTaskPlan, WhyItStands } from '../task/account-details.tsx';
import { RunButton } from '../task/run-button.tsx';
import classes from './account-task.module.css';
import { Screenshots } from './screenshots.tsx';
import { Steps } from './steps.tsx';
import { Traces } from './traces.tsx';

/** Where the page stands: bulk tasks, then the bulk task. */
function crumbsOf({ kind, id }: TaskAddress, taskName: string | undefined, username: string) {
  return [
    { label: t('nav.tasks'), to: '/tasks' },
    { label: taskName ?? t('nav.task'), to: `/tasks/${kind}/${id}` },
    { label: username },
  ];
}

export function AccountTaskPage() {
  const { kind = '', id = '', accountTaskId = '' } = useParams();
  // Another account task is another page: nothing of the one before may stay.
  return <View key={accountTaskId} address={{ kind, id }} accountTaskId={accountTaskId} />;
}

function View({ address, accountTaskId }: { address: TaskAddress; accountTaskId: string }) {
  const task = useTask(address);
  const found = useAccountTask(address, accountTaskId);
  const client = useQueryClient();
  const refresh = useSerial(() => client.invalidateQueries({ queryKey: accountTaskKey(address, accountTaskId) }));
  useLive(address.id, (events) => {
    const isOwn = events.some((event) => 'accountTaskId' in event && event.accountTaskId === accountTaskId);
    if (events.length === 0 || isOwn) refresh();
  });
  if (found.data) return <Found row={found.data} address={address} taskName={task.data?.name} />;
  return (
    <Page
      title={t('nav.accountTask')}
      crumbs={crumbsOf(address, task.data?.name, t('nav.accountTask'))}
      heading={found.error ? <span /> : <Skeleton height={24} width={260} maw="60%" />}
    >
      {found.error ? (
        <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />
      ) : (
        <div className={classes.columns}>
          <Skeleton height={460} />
          <Skeleton height={460} />
        </div>
      )}
    </Page>
  );
}

interface FoundProps {
  row: AccountTask;
  address: TaskAddress;
  taskName: string | undefined;
}

function Found({ row, address, taskName }: FoundProps) {
  const { get, set } = useAddress(['evidence']);
  const kinds = useKinds();
  const counters = kinds.data?.find(({ name }) => name === row.kind)?.counters ?? [];
  const traces = row.evidence.filter(({ kind }) => kind === 'trace');
  // What the address names is shown: a screenshot large, a trace in its viewer.
  const shown = get('evidence');
  const show = (evidenceId: string | null): void => set('evidence', evidenceId);
  const place = useRef<HTMLDivElement>(null);
  const isTrace = traces.some(({ id }) => id === shown);
  useEffect(() => {
    if (isTrace) place.current?.scrollIntoView({ block: 'start' });
  }, [isTrace]);

  return (
    <Page
      title={row.username}
      crumbs={crumbsOf(address, taskName, row.username)}
      heading={
        <Group gap="md" miw={0} style={{ flex: '1 1 240px' }}>
          <Title order={1} style={{ overflowWrap: 'anywhere' }}>
            {row.username}
          </Title>
          <AccountTaskStateLabel state={row.state} />
        </Group>
      }
      actions={
        <>
          <WatchButton row={row} />
          <Button
            component={Link}
            to={`/accounts/${row.accountId}`}
            variant="default"
            size="xs"
            leftSection={<IconUser size={15} />}
          >
            {t('field.account')}
          </Button>
          <RunButton href={row.temporalUrl} />
        </>
      }
    >
      <WhyItStands row={row} />
      <div className={classes.columns}>
        <Stack gap="lg" miw={0}>
          <Screenshots evidence={row.evidence} chosen={shown} onChoose={show} />
          <section className={`surface ${classes.card}`} aria-label={t('task:plan')}>
            <AccountTaskPlan row={row} />
          </section>
        </Stack>
        <Stack gap="lg" miw={0}>
          <section className={`surface ${classes.card}`} aria-label={t('accountTask:facts')}>
            <AccountTaskFacts row={row} counters={counters} />
          </section>
          <Steps row={row} onShow={show} />
        </Stack>
      </div>
      <div ref={place} style={{ scrollMarginTop: 72 }}>
        <Traces traces={traces} opened={shown} onOpen={show} />
      </div>
      <Text size="xs" c="dimmed">
        <Phrase of="task:accountTask" values={{ id: row.id }} parts={{ code: <code /> }} />
      </Text>
    </Page>
  );
}
