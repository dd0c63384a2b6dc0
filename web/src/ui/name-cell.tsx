import { Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface NameCellProps {
  name: ReactNode;
  compact: boolean;
  /** On narrow windows beside the name, as its column is not shown there. */
  state: ReactNode;
  /** Below the name: on narrow windows alone, unless `always`. */
  below?: ReactNode;
  always?: boolean;
}

/** The first cell of a row: its name, and on narrow windows what the other columns would say. */
export function NameCell({ name, compact, state, below, always = false }: NameCellProps) {
  const title = (
    <Text fw={550} size="sm" truncate>
      {name}
    </Text>
  );
  if (!compact && !always) return title;
  return (
    <Stack gap={2}>
      {compact ? (
        <Group justify="space-between" wrap="nowrap" gap="xs">
          {title}
          <Text size="sm" span style={{ flex: 'none' }}>
            {state}
          </Text>
        </Group>
      ) : (
        title
      )}
      {typeof below === 'string' ? (
        <Text size="xs" c="dimmed" truncate>
          {below}
        </Text>
      ) : (
        below
      )}
    </Stack>
  );
}
