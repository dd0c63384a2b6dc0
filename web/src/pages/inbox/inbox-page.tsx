import { Button, Group, SegmentedControl, Select, Skeleton, Stack } from '@mantine/core';
import { IconInbox } from '@tabler/icons-react';
import { useSearchParams } from 'react-router';
import {
  CHALLENGE_STATES,
  CHALLENGE_TYPES,
  type ChallengeState,
  type ChallengeType,
} from '../../../../contracts/bulk.ts';
import { useInbox } from '../../api/inbox.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { ASKED, STATE_LABELS } from './asked.ts';
import { Entry } from './entry.tsx';
import classes from './inbox.module.css';

const known = <T extends string>(values: readonly T[], text: string | null): T | undefined =>
  values.find((value) => value === text);

/** What waits for a person, and what has been answered. The shell moves it with the event stream. */
export function InboxPage() {
  const [search, setSearch] = useSearchParams();
  const state = known(CHALLENGE_STATES, search.get('state')) ?? 'open';
  const type = known(CHALLENGE_TYPES, search.get('type'));
  const inbox = useInbox({ state, type });

  const set = (name: string, value: string | null): void => {
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  };

  return (
    <Page title="Inbox">
      <Group gap="sm">
        <SegmentedControl
          aria-label="State"
          data={CHALLENGE_STATES.map((one) => ({ value: one, label: STATE_LABELS[one] }))}
          value={state}
          onChange={(value) => set('state', value === 'open' ? null : value)}
        />
        <Select
          aria-label="What is asked"
          placeholder="Whatever is asked"
          clearable
          w={310}
          data={CHALLENGE_TYPES.map((one) => ({ value: one, label: ASKED[one].title }))}
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
          <ul className={classes.list} aria-label="Entries" aria-busy={inbox.isStale}>
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
                {inbox.moreFailed ? 'Not read, try again' : 'Show more'}
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
      <Notice icon={IconInbox} title="Nothing waits for you">
        When a platform asks an account for a code or a confirmation, it waits here for your answer. The other accounts
        go on meanwhile.
      </Notice>
    );
  }
  return (
    <Notice icon={IconInbox} title="No entry matches" color="gray">
      Choose another state, or clear the filter.
    </Notice>
  );
}
