import { Alert, Button, Group, Skeleton, Text, Title } from '@mantine/core';
import { IconInfoCircle, IconPlayerPause, IconRefresh } from '@tabler/icons-react';
import { Link, useParams } from 'react-router';
import { WORKER_ROLES } from '../../../../contracts/queues.ts';
import { useMay } from '../../api/session.tsx';
import { useWorkers } from '../../api/system.ts';
import type { MetricSeries, WorkerDetail } from '../../api/types.ts';
import { HEARD_MS, useWorker, useWorkerMetrics } from '../../api/workers.ts';
import { t } from '../../i18n/index.ts';
import { useAddress } from '../../ui/address.ts';
import { ChartsSkeleton } from '../../ui/chart/chart-card.tsx';
import { ErrorNotice } from '../../ui/notices.tsx';
import { Fact, Facts, Page } from '../../ui/page.tsx';
import { SpanControl, spanOf } from '../../ui/span-control.tsx';
import { Sparkline } from '../../ui/sparkline.tsx';
import { StatTile, StatTiles } from '../../ui/stat-tile.tsx';
import { WorkerStateLabel } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import classes from './host.module.css';
import { HOST_CHARTS, HostCharts } from './host-charts.tsx';
import { HoldsNow, HostErrors } from './host-details.tsx';
import { useAskOrder } from './use-order.tsx';
import { cpuText, isHeard, memoryText, rateText, usedSlots } from './worker-values.ts';

const SPANS = [1, 6, 24, 168];
const USUAL_SPAN = 6;

const hosts = () => ({ to: '/hosts', label: t('nav.hosts') });

export function HostPage() {
  const { id = '' } = useParams();
  return <HostView key={id} id={id} />;
}

/** The other roles of the same host, one click away. */
function Siblings({ worker }: { worker: WorkerDetail }) {
  const workers = useWorkers(HEARD_MS);
  const siblings = (workers.data ?? [])
    .filter(({ name }) => name === worker.name)
    .sort((one, other) => WORKER_ROLES.indexOf(one.role) - WORKER_ROLES.indexOf(other.role));
  if (siblings.length < 2) return null;
  return (
    <nav className={classes.siblings} aria-label={t('hosts:siblings', { name: worker.name })}>
      {siblings.map((one) => (
        <Link
          key={one.id}
          to={`/hosts/${one.id}`}
          className={classes.sibling}
          aria-current={one.id === worker.id ? 'page' : undefined}
        >
          <WorkerStateLabel state={one.state} iconOnly /> {t(`role.worker.${one.role}`)}
        </Link>
      ))}
    </nav>
  );
}

/** The newest numbers, each with its course over the time that is shown. */
function Now({ worker, series }: { worker: WorkerDetail; series: MetricSeries | undefined }) {
  const heard = isHeard(worker);
  const latest = heard ? worker.metrics[0]?.metrics : {};
  const course = (name: string): number[] => (series?.points ?? []).map(({ metrics }) => metrics[name] ?? 0);
  const line = (name: string, label: string, color?: string) =>
    series && series.points.length > 1 ? (
      <Sparkline
        values={course(name)}
        label={t('hosts:course', { what: label })}
        width={72}
        {...(color ? { color } : {})}
      />
    ) : undefined;
  const highest = (name: string, format: (value: number) => string) =>
    series && series.points.length > 0
      ? t('hosts:highest', { value: format(Math.max(...course(name), latest?.[name] ?? 0)) })
      : undefined;
  const used = usedSlots(worker);
  const failures = latest?.failuresPerMinute;
  return (
    <StatTiles>
      <StatTile
        label={t('hosts:slotsInUse')}
        value={used === undefined ? '–' : t('hosts:ofTotal', { part: used, total: worker.slots })}
        aside={line('usedSlots', t('hosts:slotsInUse'))}
        note={highest('usedSlots', rateText)}
        {...(used !== undefined && used >= worker.slots ? { tone: 'warn' as const } : {})}
      />
      <StatTile
        label={t('hosts:cpu')}
        value={cpuText(latest?.cpu)}
        aside={line('cpu', t('hosts:cpu'))}
        note={highest('cpu', cpuText)}
      />
      <StatTile
        label={t('hosts:memory')}
        value={memoryText(latest?.rssBytes)}
        aside={line('rssBytes', t('hosts:memory'), 'var(--fl-paced)')}
        note={highest('rssBytes', memoryText)}
      />
      <StatTile
        label={t('hosts:activities')}
        value={rateText(latest?.activitiesPerMinute)}
        aside={line('activitiesPerMinute', t('hosts:activities'), 'var(--fl-succeeded)')}
        note={highest('activitiesPerMinute', rateText)}
      />
      <StatTile
        label={t('hosts:failures')}
        value={rateText(failures)}
        aside={line('failuresPerMinute', t('hosts:failures'), 'var(--fl-failed)')}
        note={highest('failuresPerMinute', rateText)}
        {...(failures !== undefined && failures >= 1 ? { tone: 'bad' as const } : {})}
      />
    </StatTiles>
  );
}

/** What somebody has to know before the numbers: why it does not work, or soon will not. */
function Banner({ worker }: { worker: WorkerDetail }) {
  const text =
    worker.state === 'lost'
      ? t('hosts:banner.lost')
      : worker.state === 'drained'
        ? t('hosts:banner.drained')
        : worker.order === 'none'
          ? undefined
          : t(`hosts:banner.${worker.order}`);
  if (!text) return null;
  return (
    <Alert
      color={worker.state === 'lost' ? 'red' : 'orange'}
      variant="light"
      icon={<IconInfoCircle size={18} />}
      role="status"
    >
      {text}
    </Alert>
  );
}

function HostView({ id }: { id: string }) {
  const worker = useWorker(id);
  const { get, set } = useAddress([]);
  const span = spanOf(get('hours'), SPANS, USUAL_SPAN);
  const metrics = useWorkerMetrics(id, span);
  const mayOrder = useMay('operator');
  const { askFor, busy } = useAskOrder();
  const siblings = useWorkers(HEARD_MS);

  // Where the rest begins is known with the other roles of the host, which stand above it.
  if (!worker.data || siblings.isPending) {
    return (
      <Page
        title={t('nav.hosts')}
        parent={hosts()}
        heading={worker.error ? <span /> : <Skeleton height={24} width={320} maw="60%" />}
      >
        {worker.error ? (
          <ErrorNotice error={worker.error} onRetry={() => void worker.refetch()} />
        ) : (
          <>
            <Skeleton height={90} />
            <ChartsSkeleton charts={HOST_CHARTS} />
          </>
        )}
      </Page>
    );
  }
  const { data } = worker;
  const role = t(`role.worker.${data.role}`);
  return (
    <Page
      title={t('hosts:title', { name: data.name, role })}
      parent={hosts()}
      heading={
        <Group gap="md" miw={0} style={{ flex: '1 1 280px' }}>
          <Title order={1} style={{ overflowWrap: 'anywhere' }}>
            {data.name}{' '}
            <Text span inherit c="dimmed" fw={450}>
              {role}
            </Text>
          </Title>
          <span data-testid="worker-state">
            <WorkerStateLabel state={data.state} />
          </span>
        </Group>
      }
      actions={
        mayOrder && (
          <>
            <Button
              variant="default"
              leftSection={<IconRefresh size={16} />}
              loading={busy}
              onClick={() => askFor(data, 'restart')}
            >
              {t('hosts:restart')}
            </Button>
            {data.state !== 'drained' && (
              <Button
                variant="default"
                leftSection={<IconPlayerPause size={16} />}
                disabled={data.order === 'drain'}
                onClick={() => askFor(data, 'drain')}
              >
                {t('hosts:drain')}
              </Button>
            )}
          </>
        )
      }
    >
      <Siblings worker={data} />
      <Banner worker={data} />
      <Now worker={data} series={metrics.data} />
      <Group justify="space-between" gap="sm">
        <Title order={2}>{t('hosts:overTime')}</Title>
        <SpanControl choices={SPANS} value={span} onChange={(hours) => set('hours', String(hours))} />
      </Group>
      {metrics.data ? (
        <HostCharts series={metrics.data} />
      ) : metrics.error ? (
        <ErrorNotice error={metrics.error} onRetry={() => void metrics.refetch()} />
      ) : (
        <ChartsSkeleton charts={HOST_CHARTS} />
      )}
      <div className={classes.columns}>
        <HoldsNow worker={data} />
        <HostErrors worker={data} />
      </div>
      <Facts>
        <Fact label={t('hosts:version')}>{data.version}</Fact>
        <Fact label={t('hosts:process')}>{data.pid}</Fact>
        <Fact label={t('hosts:queues')}>{data.taskQueues.join(', ')}</Fact>
        <Fact label={t('hosts:registered')}>
          <Ago at={data.registeredAt} />
        </Fact>
        <Fact label={t('hosts:heard')}>
          <Ago at={data.heartbeatAt} />
        </Fact>
      </Facts>
    </Page>
  );
}
