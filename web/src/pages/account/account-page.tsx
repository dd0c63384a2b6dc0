import { Button, Chip, Group, Skeleton, Tabs, Title } from '@mantine/core';
import { IconEdit } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useParams } from 'react-router';
import { useAccount, useAccountLive, useAccountTimeline } from '../../api/accounts.ts';
import { useMay } from '../../api/session.tsx';
import type { AccountDetail } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { useAddress } from '../../ui/address.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { AccountStatusLabel } from '../../ui/states.tsx';
import { AccountDrawer } from '../accounts/account-drawer.tsx';
import classes from './account.module.css';
import { Budget } from './budget.tsx';
import { isTimelineKind, TIMELINE_KINDS } from './entry-words.ts';
import { AccountEvidenceList } from './evidence.tsx';
import { AccountPosts } from './posts.tsx';
import { Profile } from './profile.tsx';
import { AccountTimeline } from './timeline.tsx';

const TABS = ['timeline', 'posts', 'evidence'] as const;
const accounts = () => ({ to: '/accounts', label: t('nav.accounts') });

export function AccountPage() {
  const { id = '' } = useParams();
  // Another account is another page: nothing of the one before may stay.
  return <AccountView key={id} id={id} />;
}

function AccountView({ id }: { id: string }) {
  const account = useAccount(id);
  if (account.data) return <Found account={account.data} />;
  return (
    <Page
      title={t('field.account')}
      parent={accounts()}
      heading={account.error ? <span /> : <Skeleton height={24} width={240} maw="60%" />}
    >
      {account.error ? (
        <ErrorNotice error={account.error} onRetry={() => void account.refetch()} />
      ) : (
        <>
          <div className={classes.top}>
            <Skeleton height={330} />
            <Skeleton height={330} />
          </div>
          <Skeleton height={300} />
        </>
      )}
    </Page>
  );
}

function Found({ account }: { account: AccountDetail }) {
  const { get, set } = useAddress(['edit']);
  const mayEdit = useMay('operator');
  const tab = TABS.find((one) => one === get('tab')) ?? 'timeline';
  const kinds = (get('kind') ?? '').split(',').filter(isTimelineKind);
  const timeline = useAccountTimeline(account.id, kinds);
  const own = useMemo(
    () => new Set(timeline.items.flatMap(({ accountTaskId }) => accountTaskId ?? [])),
    [timeline.items],
  );
  useAccountLive(account.id, own);

  return (
    <Page
      title={account.username}
      parent={accounts()}
      heading={
        <Group gap="md" miw={0} style={{ flex: '1 1 240px' }}>
          <Title order={1} style={{ overflowWrap: 'anywhere' }}>
            {account.username}
          </Title>
          <AccountStatusLabel status={account.status} />
        </Group>
      }
      actions={
        mayEdit && (
          <Button variant="default" leftSection={<IconEdit size={16} />} onClick={() => set('edit', 'yes')}>
            {t('account:edit')}
          </Button>
        )
      }
    >
      <div className={classes.top}>
        <Profile account={account} />
        <Budget accountId={account.id} />
      </div>
      <Tabs
        value={tab}
        onChange={(next) => set('tab', next === 'timeline' ? null : next)}
        keepMounted={false}
        aria-label={t('account:history')}
      >
        <Tabs.List>
          {TABS.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t(`account:${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="timeline" pt="md">
          <Chip.Group multiple value={kinds} onChange={(next) => set('kind', next.join())}>
            <Group gap={6} mb="sm" role="group" aria-label={t('account:filter')}>
              {TIMELINE_KINDS.map((kind) => (
                <Chip key={kind} value={kind} size="xs" variant="outline">
                  {t(`account:kind.${kind}`)}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
          <AccountTimeline list={timeline} kinds={kinds} timeZone={account.timeZone} />
        </Tabs.Panel>
        <Tabs.Panel value="posts" pt="md">
          <AccountPosts accountId={account.id} timeZone={account.timeZone} />
        </Tabs.Panel>
        <Tabs.Panel value="evidence" pt="md">
          <AccountEvidenceList accountId={account.id} />
        </Tabs.Panel>
      </Tabs>
      <AccountDrawer id={get('edit') ? account.id : null} onClose={() => set('edit', null)} onPage />
    </Page>
  );
}
