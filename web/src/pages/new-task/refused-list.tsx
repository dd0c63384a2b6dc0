import { Text } from '@mantine/core';
import type { DryRun } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { toldOf } from '../../i18n/told.ts';
import { formatCount } from '../../ui/format.ts';

const SHOWN_NAMES = 12;

/** The refused accounts, gathered by reason. */
export function RefusedList({ refused, total }: { refused: DryRun['refused']; total: number }) {
  if (refused.length === 0) return null;
  const byReason = new Map<string, string[]>();
  for (const one of refused) {
    const reason = toldOf(one, 'reason') ?? '';
    byReason.set(reason, [...(byReason.get(reason) ?? []), one.username]);
  }
  return (
    <div className="surface" style={{ padding: '4px 14px' }}>
      {[...byReason].map(([reason, names]) => (
        <div key={reason} style={{ padding: '9px 0' }}>
          <Text>{reason}</Text>
          <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {names.slice(0, SHOWN_NAMES).join(', ')}
            {names.length > SHOWN_NAMES && ` ${t('count.more', { count: names.length - SHOWN_NAMES })}`}
          </Text>
        </div>
      ))}
      {total > refused.length && (
        <Text size="sm" c="dimmed" pb="xs">
          {t('list.firstShown', { shown: formatCount(refused.length), total: formatCount(total) })}
        </Text>
      )}
    </div>
  );
}
