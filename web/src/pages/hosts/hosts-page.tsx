import { Group, Select } from '@mantine/core';
import { IconServer } from '@tabler/icons-react';
import { useNavigate } from 'react-router';
import { WORKER_ROLES } from '../../../../contracts/queues.ts';
import { useMay } from '../../api/session.tsx';
import { useWorkers } from '../../api/system.ts';
import type { Worker } from '../../api/types.ts';
import { HEARD_MS } from '../../api/workers.ts';
import { t } from '../../i18n/index.ts';
import { useAddress } from '../../ui/address.ts';
import { formatCount } from '../../ui/format.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { StatTile, StatTiles } from '../../ui/stat-tile.tsx';
import { StateBar } from '../../ui/state-bar.tsx';
import { type ShownWorkerState, WORKER_LOOKS } from '../../ui/states.tsx';
import { VirtualTable } from '../../ui/virtual-table.tsx';
import { hostColumns } from './columns.tsx';
import { useAskOrder } from './use-order.tsx';
import { measuredBy, rateText, saidBy, usedSlots } from './worker-values.ts';

const STATES: readonly ShownWorkerState[] = ['ready', 'draining', 'lost', 'drained'];

/** The workers of one host below one another, in the order of the roles. */
const byHost = (one: Worker, other: Worker): number =>
  one.name.localeCompare(other.name) || WORKER_ROLES.indexOf(one.role) - WORKER_ROLES.indexOf(other.role);

const sum = (workers: readonly Worker[], of: (worker: Worker) => number | undefined): number =>
  workers.reduce((total, worker) => total + (of(worker) ?? 0), 0);

function Totals({ workers }: { workers: readonly Worker[] | undefined }) {
  const hosts = new Set(workers?.map(({ name }) => name)).size;
  const ready = workers?.filter(({ state }) => state === 'ready').length ?? 0;
  const lost = workers?.filter(({ state }) => state === 'lost').length ?? 0;
  const sessions = sum(workers ?? [], (one) => (usedSlots(one) === undefined ? 0 : saidBy(one, 'openSessions')));
  const failures = sum(workers ?? [], (one) => measuredBy(one, 'failuresPerMinute'));
  return (
    <StatTiles>
      <StatTile
        label={t('hosts:workersReady')}
        value={workers && t('hosts:ofTotal', { part: formatCount(ready), total: formatCount(workers.length) })}
        note={workers && (lost > 0 ? t('hosts:lostCount', { count: lost }) : t('hosts:onHosts', { count: hosts }))}
        {...(lost > 0 ? { tone: 'bad' as const, to: '/hosts?state=lost' } : {})}
      />
      <StatTile label={t('hosts:openSessions')} value={workers && formatCount(sessions)} note={t('hosts:openNow')} />
      <StatTile
        label={t('hosts:activities')}
        value={workers && rateText(sum(workers, (one) => measuredBy(one, 'activitiesPerMinute')))}
        note={t('hosts:allRoles')}
      />
      <StatTile
        label={t('hosts:failures')}
        value={workers && rateText(failures)}
        note={t('hosts:seeErrors')}
        to="/errors"
        {...(failures >= 1 ? { tone: 'bad' as const } : {})}
      />
    </StatTiles>
  );
}

/** Every worker process by host; renewed as often as they report. */
export function HostsPage() {
  const workers = useWorkers(HEARD_MS);
  const { get, set } = useAddress([]);
  const navigate = useNavigate();
  const mayOrder = useMay('operator');
  const { askFor } = useAskOrder();
  const q = get('q');
  const role = WORKER_ROLES.find((one) => one === get('role'));
  const state = STATES.find((one) => one === get('state'));

  const all = workers.data ?? [];
  const ofRole = all
    .filter((one) => (!role || one.role === role) && (!q || one.name.toLowerCase().includes(q.toLowerCase())))
    .sort(byHost);
  const rows = ofRole.filter((one) => !state || one.state === state);
  const isFiltered = q !== undefined || role !== undefined || state !== undefined;
  return (
    <Page title={t('nav.hosts')}>
      {workers.error && !workers.data ? (
        <ErrorNotice error={workers.error} onRetry={() => void workers.refetch()} />
      ) : (
        <>
          <Totals workers={workers.data} />
          <Group gap="sm">
            <SearchField label={t('hosts:search')} value={q} onChange={(text) => set('q', text)} />
            <Select
              aria-label={t('hosts:role')}
              placeholder={t('hosts:allRoles')}
              clearable
              w={170}
              data={WORKER_ROLES.map((one) => ({ value: one, label: t(`role.worker.${one}`) }))}
              value={role ?? null}
              onChange={(value) => set('role', value)}
            />
            <StateBar
              label={t('hosts:byState')}
              total={ofRole.length}
              segments={STATES.map((key) => ({
                key,
                label: WORKER_LOOKS[key].label,
                color: WORKER_LOOKS[key].color,
                hint: WORKER_LOOKS[key].hint,
                count: ofRole.filter((one) => one.state === key).length,
              }))}
              value={state}
              onChange={(key) => set('state', key)}
            />
          </Group>
          <VirtualTable
            label={t('nav.hosts')}
            rows={rows}
            columns={hostColumns(mayOrder ? askFor : undefined)}
            rowKey={(worker) => worker.id}
            rowHeight={54}
            list={{
              isPending: workers.isPending,
              isStale: false,
              isFetchingMore: false,
              moreFailed: false,
              loadMore: () => undefined,
              retryMore: () => undefined,
            }}
            onOpen={(worker) => void navigate(`/hosts/${worker.id}`)}
            empty={
              isFiltered ? (
                <Notice icon={IconServer} title={t('hosts:noMatch')} color="gray">
                  {t('list.clearFilter')}
                </Notice>
              ) : (
                <Notice icon={IconServer} title={t('hosts:none')}>
                  {t('hosts:noneText')}
                </Notice>
              )
            }
          />
        </>
      )}
    </Page>
  );
}
