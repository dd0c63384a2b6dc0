import { Button, Group, Text } from '@mantine/core';
import { IconFilterOff, IconUsers } from '@tabler/icons-react';
import type { TaskAddress } from '../../api/bulk.ts';
import { useMatchingEach } from '../../api/task-page.ts';
import { t } from '../../i18n/index.ts';
import { Notice } from '../../ui/notices.tsx';
import { type AccountFilter, FILTER_PARTS, useFilterWords } from './account-filter.ts';

/** In place of an empty table: which part of the filter hides everything, and the way past it. */
export function NothingMatches({ address, narrowed }: { address: TaskAddress; narrowed: AccountFilter }) {
  const { filter, set, clear } = narrowed;
  const words = useFilterWords(address, narrowed);
  // With each part left out in turn: what shows accounts then was hiding them.
  const without = useMatchingEach(
    address,
    set.map((part) => ({ ...filter, [FILTER_PARTS[part]]: undefined })),
  );
  const hiding = set.flatMap((part, place) => {
    const count = without[place] ?? 0;
    return count > 0 ? [{ part, count }] : [];
  });
  if (set.length === 0) return null;
  const [alone] = set;
  return (
    <Notice
      icon={IconUsers}
      title={t('list.noAccountMatches')}
      color="gray"
      action={
        <Group gap="xs" justify="center">
          {set.length > 1 &&
            hiding.map(({ part, count }) => (
              <Button key={part} variant="default" onClick={() => clear([part])}>
                {t('task:filter.without', { filter: words[part], count })}
              </Button>
            ))}
          <Button variant="light" leftSection={<IconFilterOff size={16} />} onClick={() => clear()}>
            {t('task:filter.showAll')}
          </Button>
        </Group>
      }
    >
      {set.length === 1 && alone ? (
        t('task:filter.hides', { filter: words[alone] })
      ) : (
        <>
          {t(hiding.length > 0 ? 'task:filter.hideTogether' : 'task:filter.hideEach')}
          {set.map((part) => (
            <Text key={part} c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {words[part]}
            </Text>
          ))}
        </>
      )}
    </Notice>
  );
}
