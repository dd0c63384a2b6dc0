import { ActionIcon, Menu, Text } from '@mantine/core';
import { IconDots, IconPlayerPause, IconRefresh } from '@tabler/icons-react';
import type { Worker } from '../../api/types.ts';
import type { WorkerOrder } from '../../api/workers.ts';
import { t } from '../../i18n/index.ts';
import { Meter } from '../../ui/meter.tsx';
import { NameCell } from '../../ui/name-cell.tsx';
import { WorkerStateLabel } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import type { Column } from '../../ui/virtual-table.tsx';
import { countText, cpuText, isHeard, measuredBy, memoryText, rateText, saidBy, usedSlots } from './worker-values.ts';

type AskFor = (worker: Worker, what: WorkerOrder['what']) => void;

/** What was ordered and has not been done yet. */
const orderText = ({ order, state }: Worker): string | undefined =>
  order === 'none' || state === 'drained' ? undefined : t(`hosts:told.${order}`);

function Slots({ worker }: { worker: Worker }) {
  const used = usedSlots(worker);
  return used === undefined ? <>–</> : <Meter used={used} total={worker.slots} />;
}

function RowMenu({ worker, askFor }: { worker: Worker; askFor: AskFor }) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only keeps the row from opening
    // biome-ignore lint/a11y/useKeyWithClickEvents: as above
    <span onClick={(event) => event.stopPropagation()}>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('hosts:actions', { name: worker.name, role: t(`role.worker.${worker.role}`) })}
          >
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconRefresh size={16} />} onClick={() => askFor(worker, 'restart')}>
            {t('hosts:restart')}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconPlayerPause size={16} />}
            disabled={worker.state === 'drained'}
            onClick={() => askFor(worker, 'drain')}
          >
            {t('hosts:drain')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </span>
  );
}

/** @param askFor asks for a drain or restart; left out for those who may not */
export function hostColumns(askFor: AskFor | undefined): Column<Worker>[] {
  const number = (key: string, title: string, width: string, from: 'md' | 'lg' | 'xl', text: (one: Worker) => string) =>
    ({ key, title, width, from, align: 'right', cell: text }) satisfies Column<Worker>;
  return [
    {
      key: 'name',
      title: t('hosts:host'),
      width: 'minmax(min(170px, 50vw), 1.4fr)',
      cell: (worker, compact) => (
        <NameCell
          name={worker.name}
          compact={compact}
          always
          state={<WorkerStateLabel state={worker.state} />}
          below={[
            t(`role.worker.${worker.role}`),
            compact &&
              usedSlots(worker) !== undefined &&
              t('hosts:slotsOf', { used: usedSlots(worker) ?? 0, total: worker.slots }),
            compact && measuredBy(worker, 'cpu') !== undefined && `CPU ${cpuText(measuredBy(worker, 'cpu'))}`,
            orderText(worker) ?? (!compact && t('hosts:versionIs', { version: worker.version })),
          ]
            .filter(Boolean)
            .join(' · ')}
        />
      ),
    },
    {
      key: 'state',
      title: t('field.state'),
      width: '108px',
      from: 'sm',
      cell: (worker) => <WorkerStateLabel state={worker.state} />,
    },
    {
      key: 'slots',
      title: t('hosts:slots'),
      width: '128px',
      from: 'sm',
      cell: (worker) => <Slots worker={worker} />,
    },
    number('cpu', t('hosts:cpu'), '52px', 'md', (one) => cpuText(measuredBy(one, 'cpu'))),
    number('memory', t('hosts:memory'), '78px', 'lg', (one) => memoryText(measuredBy(one, 'rssBytes'))),
    number('browsers', t('hosts:browsers'), '72px', 'xl', (one) =>
      countText(isHeard(one) ? saidBy(one, 'browsers') : undefined),
    ),
    number('activities', t('hosts:activitiesShort'), '96px', 'xl', (one) =>
      rateText(measuredBy(one, 'activitiesPerMinute')),
    ),
    {
      ...number('failures', t('hosts:failuresShort'), '92px', 'lg', () => ''),
      cell: (worker) => {
        const failures = measuredBy(worker, 'failuresPerMinute');
        return (
          <Text span size="sm" {...(failures !== undefined && failures >= 1 ? { c: 'var(--fl-failed)' } : {})}>
            {rateText(failures)}
          </Text>
        );
      },
    },
    {
      key: 'heard',
      title: t('hosts:heard'),
      width: '104px',
      align: 'right',
      from: 'md',
      cell: (worker) => <Ago at={worker.heartbeatAt} />,
    },
    ...(askFor
      ? [
          {
            key: 'actions',
            title: '',
            width: '28px',
            cell: (worker: Worker) => <RowMenu worker={worker} askFor={askFor} />,
          },
        ]
      : []),
  ];
}
