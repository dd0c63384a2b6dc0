import { Checkbox, Group, SegmentedControl, Select, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch, IconUsers } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { useAccounts, usePlatforms, useTags } from '../../api/accounts.ts';
import type { DryRun, Kind } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { formatCount, listOf } from '../../ui/format.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { AccountStatusLabel } from '../../ui/states.tsx';
import { VirtualTable } from '../../ui/virtual-table.tsx';
import { ByFilter } from './by-filter.tsx';
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

/** All that match is a choice once the list of accounts has handed its filter over. */
const modes = (filtered: boolean): { value: ChoiceMode; label: string }[] => [
  ...(filtered ? [{ value: 'filter', label: t('newTask:byFilter') } as const] : []),
  { value: 'tag', label: t('newTask:byTag') },
  { value: 'ids', label: t('newTask:pickedMode') },
  { value: 'platform', label: t('newTask:whole') },
];

export function AccountsStep({ kind, draft, found, onChange, showProblems }: AccountsStepProps) {
  return (
    <Stack gap="md">
      <WhoTakesPart kind={kind} found={found} />
      <SegmentedControl
        aria-label={t('newTask:how')}
        data={modes(draft.filter !== undefined)}
        value={draft.mode}
        onChange={(mode) => onChange({ mode: mode as ChoiceMode })}
        style={{ alignSelf: 'start' }}
      />
      {draft.mode === 'tag' && <ByTag draft={draft} onChange={onChange} />}
      {draft.mode === 'ids' && <Picked draft={draft} onChange={onChange} />}
      {draft.mode === 'platform' && <ByPlatform draft={draft} onChange={onChange} />}
      {draft.mode === 'filter' && <ByFilter filter={draft.filter ?? {}} />}
      {showProblems && (
        <Text c="var(--fl-failed)" role="alert">
          {t('newTask:accountsFirst')}
        </Text>
      )}
    </Stack>
  );
}

/** Which accounts will be left out, before the check says it of each one, and what it said. */
function WhoTakesPart({ kind, found }: Pick<AccountsStepProps, 'kind' | 'found'>) {
  if (found) {
    return (
      <Stack gap="xs" role="status">
        <Text>
          <Phrase
            of="newTask:found"
            values={{
              accounts: t('count.accounts', { count: found.total }),
              refused:
                found.refusedTotal > 0 ? t('newTask:refused', { count: found.refusedTotal }) : t('newTask:noneRefused'),
            }}
            parts={{ b: <b className="tabular" /> }}
          />
        </Text>
        <RefusedList refused={found.refused} total={found.refusedTotal} />
      </Stack>
    );
  }
  const wants = kind.needs.map((need) => t(`newTask:cap.${need}`));
  return (
    <Text size="sm" c="dimmed" maw={720}>
      {wants.length > 0 && `${t('newTask:needs', { list: listOf(wants) })} `}
      {t('newTask:refusedText')}
    </Text>
  );
}

type PartProps = Pick<AccountsStepProps, 'draft' | 'onChange'>;

function ByTag({ draft, onChange }: PartProps) {
  const tags = useTags();
  if (tags.error) return <ErrorNotice error={tags.error} onRetry={() => void tags.refetch()} />;
  if (tags.data?.length === 0) {
    return (
      <Notice icon={IconUsers} title={t('newTask:noTags')} color="gray">
        <Phrase of="newTask:noTagsText" parts={{ page: <Link to="/accounts" /> }} />
      </Notice>
    );
  }
  return (
    <div className={classes.choice} role="radiogroup" aria-label={t('field.tag')}>
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
      label={t('field.platform')}
      description={t('newTask:platformText')}
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
          aria-label={t('newTask:searchAccounts')}
          placeholder={t('field.searchUser')}
          leftSection={<IconSearch size={16} />}
          w={{ base: '100%', sm: 280 }}
          value={q}
          onChange={(event) => setQ(event.currentTarget.value)}
        />
        <Text className="tabular" role="status">
          <Phrase
            of="newTask:picked"
            values={{ accounts: t('count.accounts', { count: draft.ids.length }) }}
            parts={{ b: <b /> }}
          />
        </Text>
      </Group>
      <VirtualTable
        label={t('newTask:accounts')}
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
                aria-label={t('newTask:pickAll')}
                checked={all}
                indeterminate={!all && draft.ids.length > 0}
                onChange={toggleAll}
              />
            ),
            width: '20px',
            cell: (account) => (
              <Checkbox
                size="xs"
                aria-label={t('newTask:pick', { name: account.username })}
                checked={chosen.has(account.id)}
                onClick={(event) => event.stopPropagation()}
                onChange={() => toggle(account.id)}
              />
            ),
          },
          { key: 'username', title: t('field.userName'), width: 'minmax(0, 1fr)', cell: (account) => account.username },
          {
            key: 'platform',
            title: t('field.platform'),
            width: '110px',
            from: 'sm',
            cell: (account) => account.platform,
          },
          {
            key: 'status',
            title: t('field.status'),
            width: '150px',
            cell: (account) => <AccountStatusLabel status={account.status} />,
          },
          {
            key: 'tags',
            title: t('field.tags'),
            width: 'minmax(0, 1fr)',
            from: 'sm',
            cell: (account) => account.tags.join(', '),
          },
        ]}
        empty={
          <Notice icon={IconUsers} title={asked ? t('list.noAccountMatches') : t('list.noAccounts')} color="gray">
            {asked ? t('list.otherUser') : <Link to="/accounts">{t('newTask:addFirst')}</Link>}
          </Notice>
        }
      />
    </Stack>
  );
}
