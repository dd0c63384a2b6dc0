import { Badge } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import type { Cause } from '../../api/errors.ts';
import { t } from '../../i18n/index.ts';
import { formatCount } from '../../ui/format.ts';
import { NameCell } from '../../ui/name-cell.tsx';
import { Sparkline } from '../../ui/sparkline.tsx';
import { Ago } from '../../ui/time.tsx';
import type { Column } from '../../ui/virtual-table.tsx';
import { causeName, sourceName, typeName } from './error-values.ts';
import classes from './errors.module.css';

export const Resolved = () => (
  <Badge
    variant="default"
    radius="sm"
    tt="none"
    fw={500}
    leftSection={<IconCheck size={12} color="var(--fl-succeeded)" aria-hidden />}
  >
    {t('errors:state.resolved')}
  </Badge>
);

const lastDay = ({ perHour }: Cause): number => perHour.reduce((sum, count) => sum + count, 0);

export function causeColumns(): Column<Cause>[] {
  return [
    {
      key: 'cause',
      title: t('errors:cause'),
      width: 'minmax(min(220px, 60vw), 1fr)',
      cell: (cause, compact) => (
        <NameCell
          name={causeName(cause)}
          compact={compact}
          always
          state={<span className="tabular">{t('errors:times', { count: cause.count })}</span>}
          below={
            <span className={classes.below}>
              <span className={classes.type}>{typeName(cause.type)}</span>
              <span className="truncate">
                {sourceName(cause.source)}
                {compact && (
                  <>
                    {' · '}
                    <Ago at={cause.lastSeenAt} />
                  </>
                )}
              </span>
              {cause.resolvedAt && <Resolved />}
            </span>
          }
        />
      ),
    },
    {
      key: 'day',
      title: t('errors:lastDay'),
      width: '112px',
      from: 'sm',
      cell: (cause) => (
        <Sparkline
          values={cause.perHour}
          label={t('errors:lastDayCount', { count: lastDay(cause) })}
          color={cause.resolvedAt ? 'var(--fl-skipped)' : 'var(--fl-failed)'}
          width={104}
          height={28}
        />
      ),
    },
    {
      key: 'count',
      title: t('errors:count'),
      width: '72px',
      align: 'right',
      from: 'sm',
      cell: (cause) => formatCount(cause.count),
    },
    {
      key: 'first',
      title: t('errors:firstSeen'),
      width: '112px',
      align: 'right',
      from: 'lg',
      cell: (cause) => <Ago at={cause.firstSeenAt} />,
    },
    {
      key: 'last',
      title: t('errors:lastSeen'),
      width: '112px',
      align: 'right',
      from: 'sm',
      cell: (cause) => <Ago at={cause.lastSeenAt} />,
    },
  ];
}
