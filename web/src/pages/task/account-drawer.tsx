import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconLayoutSidebarLeftExpand } from '@tabler/icons-react';
import { Link } from 'react-router';
import { type TaskAddress, useAccountTask } from '../../api/bulk.ts';
import type { AccountTask } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { WatchButton } from '../../live-view/watch-button.tsx';
import { DetailDrawer } from '../../ui/detail-drawer.tsx';
import { accountTaskPath } from '../../ui/evidence.ts';
import { AccountTaskStateLabel } from '../../ui/states.tsx';
import { AccountTaskFacts, AccountTaskPlan, WhyItStands } from './account-details.tsx';
import { EvidenceList } from './evidence.tsx';
import { RunButton } from './run-button.tsx';
import classes from './task.module.css';
import { Timeline } from './timeline.tsx';

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

function Details({ row, counters }: { row: AccountTask; counters: readonly string[] }) {
  return (
    <Stack gap="lg" pb="xl">
      <WhyItStands row={row} />
      <AccountTaskFacts row={row} counters={counters} />
      <Group gap="xs">
        <Button
          component={Link}
          to={accountTaskPath(row.kind, row.taskId, row.id)}
          variant="default"
          size="xs"
          leftSection={<IconLayoutSidebarLeftExpand size={15} />}
        >
          {t('openPage')}
        </Button>
        <RunButton href={row.temporalUrl} />
        <Button component={Link} to={`/accounts/${row.accountId}`} variant="default" size="xs">
          {t('field.account')}
        </Button>
        <WatchButton row={row} />
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
        <AccountTaskPlan row={row} />
      </section>
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
