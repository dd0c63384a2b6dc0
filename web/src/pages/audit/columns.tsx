import { Text } from '@mantine/core';
import type { AuditEntry } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { NameCell } from '../../ui/name-cell.tsx';
import { Ago, At } from '../../ui/time.tsx';
import type { Column } from '../../ui/virtual-table.tsx';
import { actionName } from './audit-values.ts';

const actorOf = ({ actor }: AuditEntry): string => actor || t('audit:nobody');

export function auditColumns(): Column<AuditEntry>[] {
  return [
    {
      key: 'what',
      title: t('audit:what'),
      width: 'minmax(min(200px, 60vw), 1.1fr)',
      cell: (entry, compact) => (
        <NameCell
          name={actionName(entry.action)}
          compact={compact}
          state={
            <Text span size="sm" c="dimmed">
              <Ago at={entry.at} />
            </Text>
          }
          below={[actorOf(entry), entry.subject].filter(Boolean).join(' · ')}
        />
      ),
    },
    {
      key: 'who',
      title: t('audit:who'),
      width: 'minmax(110px, 0.6fr)',
      from: 'sm',
      cell: (entry) => <span title={entry.actorId}>{actorOf(entry)}</span>,
    },
    {
      key: 'subject',
      title: t('audit:subject'),
      width: 'minmax(140px, 1.2fr)',
      from: 'sm',
      cell: (entry) => (
        <Text span size="xs" c="dimmed" ff="monospace" title={entry.subject}>
          {entry.subject}
        </Text>
      ),
    },
    {
      key: 'address',
      title: t('audit:address'),
      width: '132px',
      from: 'lg',
      cell: (entry) => (
        <Text span size="sm" c="dimmed" className="tabular">
          {entry.address ?? '–'}
        </Text>
      ),
    },
    {
      key: 'when',
      title: t('audit:when'),
      width: '128px',
      align: 'right',
      from: 'sm',
      cell: (entry) => <At at={entry.at} />,
    },
  ];
}
