import { Checkbox, Group, SegmentedControl, Select, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch, IconUsers } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import type { Capability } from '../../../../contracts/platform.ts';
import { useAccounts, usePlatforms, useTags } from '../../api/accounts.ts';
import type { DryRun, Kind } from '../../api/types.ts';
import { formatCount, listOf, plural } from '../../ui/format.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { AccountStatusLabel } from '../../ui/states.tsx';
import { VirtualTable } from '../../ui/virtual-table.tsx';
import type { ChoiceMode, Draft } from './draft.ts';
import classes from './new-task.module.css';
import { RefusedList } from './refused-list.tsx';

interface AccountsStepProps {
  kind: Kind;
  draft: Draft;
  /** What the dry run found of these accounts, once there was one. */
  found: DryRun | undefined;
  onChange(changes: Partial<Draft>): void;
  showProblems: boolean;
}

const MODES: { value: ChoiceMode; label: string }[] = [
  { value: 'tag', label: 'By tag' },
  { value: 'ids', label: 'Picked' },
  { value: 'platform', label: 'Whole platform' },
];

export function AccountsStep({ kind, draft, found, onChange, showProblems }: AccountsStepProps) {
  return (
    <Stack gap="md">
      <WhoTakesPart kind={kind} found={found} />
      <SegmentedControl
        aria-label="How accounts are chosen"
        data={MODES}
        value={draft.mode}
        onChange={(mode) => onChange({ mode: mode as ChoiceMode })}
        style={{ alignSelf: 'start' }}
      />
      {draft.mode === 'tag' && <ByTag draft={draft} onChange={onChange} />}
      {draft.mode === 'ids' && <Picked draft={draft} onChange={onChange} />}
      {draft.mode === 'platform' && <ByPlatform draft={draft} onChange={onChange} />}
      {showProblems && (
        <Text c="var(--fl-failed)" role="alert">
          Choose the accounts first.
        </Text>
      )}
    </Stack>
  );
}

const CAPABILITY_WORDS: Readonly<Record<Capability, string>> = {
  logIn: 'log in',
  publishVideo: 'publish videos',
  publishImage: 'publish pictures',
  setAvatar: 'change the avatar',
  setBio: 'change the bio',
  follow: 'follow',
  readFeed: 'read the feed',
  listOwnPosts: 'list own posts',
  downloadOwnPosts: 'save own posts',
  visitSites: 'visit sites',
};

/** Which accounts will be left out, before the check says it of each one, and what it said. */
function WhoTakesPart({ kind, found }: Pick<AccountsStepProps, 'kind' | 'found'>) {
  if (found) {
    return (
      <Stack gap="xs" role="status">
        <Text>
          At the last check <b className="tabular">{plural(found.total, 'account')}</b> could take part
          {found.refusedTotal > 0 ? ` and ${formatCount(found.refusedTotal)} were refused:` : ', none was refused.'}
        </Text>
        <RefusedList refused={found.refused} total={found.refusedTotal} />
      </Stack>
    );
  }
  const wants = kind.needs.map((need) => CAPABILITY_WORDS[need]);
  return (
    <Text size="sm" c="dimmed" maw={720}>
      {wants.length > 0 && `The platform must let an account ${listOf(wants)}. `}
      Accounts that cannot take part are refused: the check before the start says how many and why, and the task goes on
      without them.
    </Text>
  );
}

type PartProps = Pick<AccountsStepProps, 'draft' | 'onChange'>;

function ByTag({ draft, onChange }: PartProps) {
  const tags = useTags();
  if (tags.error) return <ErrorNotice error={tags.error} onRetry={() => void tags.refetch()} />;
  if (tags.data?.length === 0) {
    return (
      <Notice icon={IconUsers} title="No tags yet" color="gray">
        Give accounts tags on the <Link to="/accounts">accounts page</Link>, or pick them one by one.
      </Notice>
    );
  }
  return (
    <div className={classes.choice} role="radiogroup" aria-label="Tag">
      {(tags.data ?? []).map(({ tag, count }) => (
        <UnstyledButton
          key={tag}
          role="radio"
          aria-checked={draft.tag === tag}
          className={`surface ${classes.tag}`}
          onClick={() => onChange({ tag })}
        >
          <span className="truncate">{tag}</span>
          <Text span c="dimmed" className="tabular">
            {formatCount(count)}
          </Text>
        </UnstyledButton>
      ))}
    </div>
  );
}

function ByPlatform({ draft, onChange }: PartProps) {
  const platforms = usePlatforms();
  return (
    <Select
      label="Platform"
      description="All of its accounts take part, those left out with a reason are shown before the start."
      data={platforms}
      value={draft.platform}
      onChange={(platform) => onChange({ platform })}
      maw={360}
    />
  );
}

function Picked({ draft, onChange }: PartProps) {
  const [q, setQ] = useState('');
  const [asked] = useDebouncedValue(q.trim(), 250);
  const accounts = useAccounts(asked ? { q: asked } : {});
  const chosen = new Set(draft.ids);
  const loaded = accounts.items.map(({ id }) => id);
  const all = loaded.length > 0 && loaded.every((id) => chosen.has(id));

  const toggle = (id: string): void => {
    onChange({ ids: chosen.has(id) ? draft.ids.filter((one) => one !== id) : [...draft.ids, id] });
  };
  const toggleAll = (): void => {
    const here = new Set(loaded);
    onChange({ ids: all ? draft.ids.filter((id) => !here.has(id)) : [...new Set([...draft.ids, ...loaded])] });
  };

  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <TextInput
          aria-label="Search accounts"
          placeholder="Search by user name"
          leftSection={<IconSearch size={16} />}
          w={{ base: '100%', sm: 280 }}
          value={q}
          onChange={(event) => setQ(event.currentTarget.value)}
        />
        <Text className="tabular" role="status">
          <b>{plural(draft.ids.length, 'account')}</b> picked
        </Text>
      </Group>
      <VirtualTable
        label="Accounts"
        rows={accounts.items}
        rowKey={(account) => account.id}
        list={accounts}
        onOpen={(account) => toggle(account.id)}
        rowHeight={40}
        compactRowHeight={44}
        columns={[
          {
            key: 'choice',
            title: (
              <Checkbox
                size="xs"
                aria-label="Pick all that are loaded"
                checked={all}
                indeterminate={!all && draft.ids.length > 0}
                onChange={toggleAll}
              />
            ),
            width: '20px',
            cell: (account) => (
              <Checkbox
                size="xs"
                aria-label={`Pick ${account.username}`}
                checked={chosen.has(account.id)}
                onClick={(event) => event.stopPropagation()}
                onChange={() => toggle(account.id)}
              />
            ),
          },
          { key: 'username', title: 'User name', width: 'minmax(0, 1fr)', cell: (account) => account.username },
          { key: 'platform', title: 'Platform', width: '110px', from: 'sm', cell: (account) => account.platform },
          {
            key: 'status',
            title: 'Status',
            width: '150px',
            cell: (account) => <AccountStatusLabel status={account.status} />,
          },
          {
            key: 'tags',
            title: 'Tags',
            width: 'minmax(0, 1fr)',
            from: 'sm',
            cell: (account) => account.tags.join(', '),
          },
        ]}
        empty={
          <Notice icon={IconUsers} title={asked ? 'No account matches' : 'No accounts yet'} color="gray">
            {asked ? 'Search for another user name.' : <Link to="/accounts">Add accounts first</Link>}
          </Notice>
        }
      />
    </Stack>
  );
}
