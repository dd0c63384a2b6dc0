import { Button, Group, SegmentedControl, Select, Skeleton, Stack } from '@mantine/core';
import { IconInbox } from '@tabler/icons-react';
import { useRef } from 'react';
import {
  CHALLENGE_STATES,
  CHALLENGE_TYPES,
  type ChallengeState,
  type ChallengeType,
} from '../../../../contracts/bulk.ts';
import { useInbox } from '../../api/inbox.ts';
import { t } from '../../i18n/index.ts';
import { useAddress } from '../../ui/address.ts';
import { useListKeys } from '../../ui/list-keys.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { Entry, focusAnswer } from './entry.tsx';
import classes from './inbox.module.css';

const known = <T extends string>(values: readonly T[], text: string | undefined): T | undefined =>
  values.find((value) => value === text);

/** What waits for a person, and what has been answered. The shell moves it with the event stream. */
export function InboxPage() {
  const { get, set } = useAddress();
  const state = known(CHALLENGE_STATES, get('state')) ?? 'open';
  const type = known(CHALLENGE_TYPES, get('type'));
  const inbox = useInbox({ state, type });
  const list = useRef<HTMLUListElement>(null);
  /** To the answer of the entry below or above the one that has the focus; to the first when none has. */
  const move = (by: number): void => {
    const entries = [...(list.current?.children ?? [])];
    const here = entries.findIndex((entry) => entry.contains(document.activeElement));
    focusAnswer(entries[here < 0 ? 0 : Math.max(0, Math.min(entries.length - 1, here + by))]);
  };
  useListKeys(state === 'open', move);

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
          <ul
            ref={list}
            className={classes.list}
            aria-label={t('inbox:entries')}
            aria-busy={inbox.isStale}
            // A code has one line, so these are free while it is typed.
            onKeyDown={(event) => {
              if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
              event.preventDefault();
              move(event.key === 'ArrowDown' ? 1 : -1);
            }}
          >
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
