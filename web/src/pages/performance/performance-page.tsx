import { Text, Title } from '@mantine/core';
import { useThrottledCallback } from '@mantine/hooks';
import { IconChartBar } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { FINAL_ACCOUNT_TASK_STATES } from '../../../../contracts/states.ts';
import { useKinds } from '../../api/bulk.ts';
import { useLive } from '../../api/live.ts';
import { performanceKey, usePerformance } from '../../api/performance.ts';
import { useSystemMetrics } from '../../api/workers.ts';
import { shared, t } from '../../i18n/index.ts';
import { useAddress } from '../../ui/address.ts';
import { ChartsSkeleton } from '../../ui/chart/chart-card.tsx';
import { titleOf } from '../../ui/format.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { SpanControl, spanOf } from '../../ui/span-control.tsx';
import { VirtualTable } from '../../ui/virtual-table.tsx';
import { kindColumns } from './columns.tsx';
import { KindDrawer } from './kind-drawer.tsx';
import { hourText, type KindPerformance, SPANS, USUAL_SPAN } from './performance-values.ts';
import { PLATFORM_CHARTS, PlatformCharts } from './platform-charts.tsx';

/** What ends is counted at once, but the sums over a month are not asked for at each one. */
const COUNTED_MS = 5_000;

const isFinal = (state: string): boolean => (FINAL_ACCOUNT_TASK_STATES as readonly string[]).includes(state);

/** How fast and how well each kind works, and how the platform stands over time. */
export function PerformancePage() {
  const { get, set } = useAddress(['kind']);
  const hours = spanOf(get('hours'), SPANS, USUAL_SPAN);
  const performance = usePerformance(hours);
  const metrics = useSystemMetrics(hours);
  const kinds = useKinds();
  const client = useQueryClient();
  const opened = get('kind') ?? null;

  const count = useThrottledCallback(
    () => void client.invalidateQueries({ queryKey: performanceKey(hours) }),
    COUNTED_MS,
  );
  useLive(undefined, (events) => {
    if (events.length === 0 || events.some((event) => event.type === 'account-task' && isFinal(event.to))) count();
  });

  const titles = new Map(kinds.data?.map(({ name, title }) => [name, shared(title)]));
  const nameOf = (kind: string): string => titles.get(kind) ?? shared(titleOf(kind));
  const rows = performance.data?.kinds.map((kind): KindPerformance => ({ ...kind, id: kind.kind }));
  return (
    <Page
      title={t('nav.performance')}
      actions={
        <SpanControl
          choices={SPANS}
          value={hours}
          onChange={(next) => set('hours', next === USUAL_SPAN ? null : String(next))}
        />
      }
    >
      <section aria-label={t('performance:kinds')}>
        <Title order={2} mb="sm">
          {t('performance:kinds')}
          {performance.data && (
            <Text span c="dimmed" size="sm" fw={400} ml="sm">
              {t('performance:since', { at: hourText(performance.data.from) })}
            </Text>
          )}
        </Title>
        {performance.error && !rows ? (
          <ErrorNotice error={performance.error} onRetry={() => void performance.refetch()} />
        ) : (
          <VirtualTable
            label={t('performance:kinds')}
            rows={rows ?? []}
            columns={kindColumns(nameOf)}
            rowKey={(kind) => kind.id}
            list={{
              isPending: performance.isPending,
              isStale: performance.isPlaceholderData,
              isFetchingMore: false,
              moreFailed: false,
              loadMore: () => undefined,
              retryMore: () => undefined,
            }}
            selected={opened ?? undefined}
            onOpen={(kind) => set('kind', kind.id)}
            empty={
              <Notice icon={IconChartBar} title={t('performance:nothing')} color="gray">
                {t('performance:nothingText')}
              </Notice>
            }
          />
        )}
      </section>
      {/* Where it begins is known with the table's rows. */}
      {!performance.isPending && (
        <section aria-label={t('performance:platform')}>
          <Title order={2} mb="sm">
            {t('performance:platform')}
          </Title>
          {metrics.data ? (
            <PlatformCharts series={metrics.data} />
          ) : metrics.error ? (
            <ErrorNotice error={metrics.error} onRetry={() => void metrics.refetch()} />
          ) : (
            <ChartsSkeleton charts={PLATFORM_CHARTS} />
          )}
        </section>
      )}
      <KindDrawer
        kind={opened}
        nameOf={nameOf}
        found={{ data: rows, error: performance.error, refetch: performance.refetch }}
        onClose={() => set('kind', null)}
      />
    </Page>
  );
}
