import { Badge, Group, Text } from '@mantine/core';
import type { Account } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { NameCell } from '../../ui/name-cell.tsx';
import { AccountStatusLabel } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import type { Column } from '../../ui/virtual-table.tsx';

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

export function accountColumns(): Column<Account>[] {
  return [
    {
      key: 'username',
      title: t('field.userName'),
      width: 'minmax(0, 1.4fr)',
      cell: (account, compact) => (
        <NameCell
          name={account.username}
          compact={compact}
          state={<AccountStatusLabel status={account.status} />}
          below={[account.platform, ...account.tags].join(' · ')}
        />
      ),
    },
    { key: 'platform', title: t('field.platform'), width: '110px', from: 'sm', cell: (account) => account.platform },
    {
      key: 'status',
      title: t('field.status'),
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
      title: t('field.tags'),
      width: 'minmax(0, 1.2fr)',
      from: 'sm',
      cell: (account) => <Tags tags={account.tags} />,
    },
    { key: 'zone', title: t('field.timeZone'), width: '150px', from: 'lg', cell: (account) => account.timeZone },
    {
      key: 'added',
      title: t('field.added'),
      width: '104px',
      align: 'right',
      from: 'md',
      cell: (account) => <Ago at={account.createdAt} />,
    },
  ];
}
