import { Badge, Checkbox, Group, Stack, Text } from '@mantine/core';
import type { Account } from '../../api/types.ts';
import { AccountStatusLabel } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import type { Column } from '../../ui/virtual-table.tsx';

interface Choice {
  /** Nothing where the viewer may not change accounts. */
  chosen: ReadonlySet<string> | undefined;
  all: boolean;
  onToggle(id: string): void;
  onToggleAll(): void;
}

function Tags({ tags }: { tags: readonly string[] }) {
  return (
    <Group gap={4} wrap="nowrap" title={tags.join(', ')}>
      {tags.slice(0, 3).map((tag) => (
        <Badge key={tag} variant="default" radius="sm" tt="none" fw={450}>
          {tag}
        </Badge>
      ))}
      {tags.length > 3 && (
        <Text size="xs" c="dimmed">
          +{tags.length - 3}
        </Text>
      )}
    </Group>
  );
}

function choiceColumn({ chosen, all, onToggle, onToggleAll }: Choice): Column<Account>[] {
  if (!chosen) return [];
  const some = chosen.size > 0;
  return [
    {
      key: 'choice',
      title: (
        <Checkbox
          size="xs"
          aria-label="Choose all that are loaded"
          checked={all}
          indeterminate={some && !all}
          onChange={onToggleAll}
        />
      ),
      width: '20px',
      cell: (account) => (
        <Checkbox
          size="xs"
          aria-label={`Choose ${account.username}`}
          checked={chosen.has(account.id)}
          onClick={(event) => event.stopPropagation()}
          onChange={() => onToggle(account.id)}
        />
      ),
    },
  ];
}

export function accountColumns(choice: Choice): Column<Account>[] {
  return [
    ...choiceColumn(choice),
    {
      key: 'username',
      title: 'User name',
      width: 'minmax(0, 1.4fr)',
      cell: (account, compact) =>
        compact ? (
          <Stack gap={2}>
            <Group justify="space-between" wrap="nowrap" gap="xs">
              <Text fw={550} size="sm" truncate>
                {account.username}
              </Text>
              <Text size="sm" span style={{ flex: 'none' }}>
                <AccountStatusLabel status={account.status} />
              </Text>
            </Group>
            <Text size="xs" c="dimmed" truncate>
              {[account.platform, ...account.tags].join(' · ')}
            </Text>
          </Stack>
        ) : (
          <Text fw={550} size="sm" truncate>
            {account.username}
          </Text>
        ),
    },
    { key: 'platform', title: 'Platform', width: '110px', from: 'sm', cell: (account) => account.platform },
    {
      key: 'status',
      title: 'Status',
      width: '160px',
      from: 'sm',
      cell: (account) => (
        <span title={account.statusReason ?? undefined}>
          <AccountStatusLabel status={account.status} />
        </span>
      ),
    },
    {
      key: 'tags',
      title: 'Tags',
      width: 'minmax(0, 1.2fr)',
      from: 'sm',
      cell: (account) => <Tags tags={account.tags} />,
    },
    { key: 'zone', title: 'Time zone', width: '150px', from: 'lg', cell: (account) => account.timeZone },
    {
      key: 'added',
      title: 'Added',
      width: '104px',
      align: 'right',
      from: 'md',
      cell: (account) => <Ago at={account.createdAt} />,
    },
  ];
}
