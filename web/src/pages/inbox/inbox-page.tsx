import { Button, Group, SegmentedControl, Select, Skeleton, Stack } from '@mantine/core';
import { IconInbox } from '@tabler/icons-react';
import {
  CHALLENGE_STATES,
  CHALLENGE_TYPES,
  type ChallengeState,
  type ChallengeType,
} from '../../../../contracts/bulk.ts';
import { useInbox } from '../../api/inbox.ts';
import { t } from '../../i18n/index.ts';
import { useAddress } from '../../ui/address.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { Entry } from './entry.tsx';
import classes from './inbox.module.css';

const known = <T extends string>(values: readonly T[], text: string | undefined): T | undefined =>
  values.find((value) => value === text);

/** What waits for a person, and what has been answered. The shell moves it with the event stream. */
export function InboxPage() {
  const { get, set } = useAddress();
  const state = known(CHALLENGE_STATES, get('state')) ?? 'open';
  const type = known(CHALLENGE_TYPES, get('type'));
  const inbox = useInbox({ state, type });

  return (
    <Page title={t('nav.inbox')}>
      <Group gap="sm">
        <SegmentedControl
          aria-label={t('field.state')}
          data={CHALLENGE_STATES.map((one) => ({ value: one, label: t(`inbox:state.${one}`) }))}
          value={state}
          onChange={(value) => set('state', value === 'open' ? null : value)}
        />
        <Select
          aria-label={t('inbox:whatAsked')}
          placeholder={t('inbox:anyAsked')}
          clearable
          w={310}
          data={CHALLENGE_TYPES.map((one) => ({ value: one, label: t(`inbox:asked.${one}`) }))}
          value={type ?? null}
          onChange={(value) => set('type', value)}
        />
      </Group>
      {inbox.error ? (
        <ErrorNotice error={inbox.error} onRetry={inbox.reload} />
      ) : inbox.isPending ? (
        <Stack gap="sm">
          <Skeleton height={150} />
          <Skeleton height={150} />
        </Stack>
      ) : inbox.items.length === 0 ? (
        <Nothing state={state} type={type} />
      ) : (
        <>
          <ul className={classes.list} aria-label={t('inbox:entries')} aria-busy={inbox.isStale}>
            {inbox.items.map((item) => (
              <Entry key={item.id} item={item} />
            ))}
          </ul>
          {inbox.hasMore && (
            <Group justify="center">
              <Button
                variant="default"
                loading={inbox.isFetchingMore}
                onClick={inbox.moreFailed ? inbox.retryMore : inbox.loadMore}
              >
                {inbox.moreFailed ? t('inbox:notRead') : t('inbox:more')}
              </Button>
            </Group>
          )}
        </>
      )}
    </Page>
  );
}

function Nothing({ state, type }: { state: ChallengeState; type: ChallengeType | undefined }) {
  if (state === 'open' && !type) {
    return (
      <Notice icon={IconInbox} title={t('inbox:nothing')}>
        {t('inbox:nothingText')}
      </Notice>
    );
  }
  return (
    <Notice icon={IconInbox} title={t('inbox:noMatch')} color="gray">
      {t('inbox:noMatchText')}
    </Notice>
  );
}
