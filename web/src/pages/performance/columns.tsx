import { Text } from '@mantine/core';
import { shared, t } from '../../i18n/index.ts';
import { formatCount, formatShare, titleOf } from '../../ui/format.ts';
import { NameCell } from '../../ui/name-cell.tsx';
import type { Column } from '../../ui/virtual-table.tsx';
import { FailureShare } from './failure-share.tsx';
import { durationText, type KindPerformance, perHour, rateText, slowestOf } from './performance-values.ts';

/** @param nameOf the kind's title */
export function kindColumns(nameOf: (kind: string) => string): Column<KindPerformance>[] {
  return [
    {
      key: 'kind',
      title: t('field.kind'),
      width: 'minmax(min(180px, 60vw), 1fr)',
      cell: (kind, compact) => (
        <NameCell
          name={nameOf(kind.kind)}
          compact={compact}
          state={kind.failureShare === null ? '–' : t('performance:failed', { share: formatShare(kind.failureShare) })}
          below={[
            t('performance:ended', { count: kind.ended }),
            t('performance:anHour', { rate: rateText(perHour(kind)) }),
          ].join(' · ')}
        />
      ),
    },
    {
      key: 'ended',
      title: t('performance:endedTitle'),
      width: '88px',
      align: 'right',
      from: 'sm',
      cell: (kind) => formatCount(kind.ended),
    },
    {
      key: 'rate',
      title: t('performance:rate'),
      width: '88px',
      align: 'right',
      from: 'sm',
      cell: (kind) => rateText(perHour(kind)),
    },
    {
      key: 'failures',
      title: t('performance:failures'),
      width: 'minmax(150px, 0.9fr)',
      from: 'sm',
      cell: (kind) => <FailureShare kind={kind} />,
    },
    {
      key: 'slowest',
      title: t('performance:slowest'),
      width: 'minmax(170px, 0.8fr)',
      from: 'lg',
      cell: (kind) => {
        const slowest = slowestOf(kind.steps);
        return slowest ? (
          <>
            {shared(titleOf(slowest.step))}{' '}
            <Text span c="dimmed" size="sm" className="tabular">
              {t('performance:p95Is', { duration: durationText(slowest.p95Ms) })}
            </Text>
          </>
        ) : (
          '–'
        );
      },
    },
  ];
}
