import { Badge, Checkbox, Group, Stack, Text } from '@mantine/core';
import type { ProxyItem } from '../../api/types.ts';
import { formatCount, plural } from '../../ui/format.ts';
import { ProxyStatusLabel } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import type { Column } from '../../ui/virtual-table.tsx';
import { addressOf } from './proxy-values.ts';

export interface ProxyChoice {
  chosen: ReadonlySet<string>;
  all: boolean;
  onToggle(id: string): void;
  onToggleAll(): void;
}

const Spare = () => (
  <Badge variant="default" radius="sm" tt="none" fw={450}>
    Spare
  </Badge>
);

function choiceColumn({ chosen, all, onToggle, onToggleAll }: ProxyChoice): Column<ProxyItem> {
  return {
    key: 'choice',
    title: (
      <Checkbox
        size="xs"
        aria-label="Choose all that are loaded"
        checked={all}
        indeterminate={!all && chosen.size > 0}
        onChange={onToggleAll}
      />
    ),
    width: '20px',
    cell: (proxy) => (
      <Checkbox
        size="xs"
        aria-label={`Choose ${proxy.name}`}
        checked={chosen.has(proxy.id)}
        onClick={(event) => event.stopPropagation()}
        onChange={() => onToggle(proxy.id)}
      />
    ),
  };
}

/** `choice` is left out where the viewer may order nothing. */
export function proxyColumns(choice: ProxyChoice | undefined): Column<ProxyItem>[] {
  return [
    ...(choice ? [choiceColumn(choice)] : []),
    {
      key: 'name',
      title: 'Proxy',
      width: 'minmax(min(190px, 60vw), 1.3fr)',
      cell: (proxy, compact) =>
        compact ? (
          <Stack gap={2}>
            <Group justify="space-between" wrap="nowrap" gap="xs">
              <Text fw={550} size="sm" truncate>
                {proxy.name}
              </Text>
              <Text size="sm" span style={{ flex: 'none' }}>
                <ProxyStatusLabel status={proxy.status} />
              </Text>
            </Group>
            <Text size="xs" c="dimmed" truncate>
              {[plural(proxy.accounts, 'account'), proxy.spare && 'spare', proxy.verdict ?? addressOf(proxy)]
                .filter(Boolean)
                .join(' · ')}
            </Text>
          </Stack>
        ) : (
          <Stack gap={1}>
            <Group gap={8} wrap="nowrap">
              <Text fw={550} size="sm" truncate>
                {proxy.name}
              </Text>
              {proxy.spare && <Spare />}
            </Group>
            <Text size="xs" c="dimmed" truncate>
              {addressOf(proxy)}
              {proxy.country && ` · ${proxy.country}`}
            </Text>
          </Stack>
        ),
    },
    {
      key: 'status',
      title: 'Status',
      width: '124px',
      from: 'sm',
      cell: (proxy) => <ProxyStatusLabel status={proxy.status} />,
    },
    {
      key: 'verdict',
      title: 'Verdict',
      width: 'minmax(0, 2fr)',
      from: 'sm',
      cell: (proxy) => (
        <Text size="sm" c="dimmed" truncate title={proxy.verdict ?? undefined}>
          {proxy.verdict ?? 'Not checked yet'}
        </Text>
      ),
    },
    {
      key: 'accounts',
      title: 'Accounts',
      width: '80px',
      align: 'right',
      from: 'lg',
      cell: (proxy) => formatCount(proxy.accounts),
    },
    {
      key: 'checked',
      title: 'Last check',
      width: '112px',
      align: 'right',
      from: 'md',
      cell: (proxy) => (proxy.checkedAt ? <Ago at={proxy.checkedAt} /> : '–'),
    },
  ];
}
