import { Text } from '@mantine/core';
import type { BulkTaskItem } from '../../api/types.ts';
import { toldOf } from '../../i18n/told.ts';

/** Why a task stands as it does; read when there is something to tell. */
export default function TaskReason({ task }: { task: BulkTaskItem }) {
  return (
    <Text size="xs" mt={6} lineClamp={2}>
      {toldOf(task, 'stateReason')}
    </Text>
  );
}
