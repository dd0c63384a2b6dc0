import { Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { useProxyChecks } from '../../api/proxies.ts';
import type { ProxyCheck } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { toldOf } from '../../i18n/told.ts';
import { ChartCard } from '../../ui/chart/chart-card.tsx';
import { formatCount, formatShare } from '../../ui/format.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { ProxyStatusLabel } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';

/** Rows of the table; the charts go back further. */
const LISTED = 10;

type Checked = ProxyCheck & { status: NonNullable<ProxyCheck['status']> };
const isChecked = (check: ProxyCheck): check is Checked => check.status !== null;

/** Of the requests of a check, those that came through; of one that measured nothing, whether it passed. */
function successOf({ latency, status }: Checked): number {
  if (latency && latency.requests > 0) return 1 - latency.failed / latency.requests;
  return status === 'failing' ? 0 : 1;
}

/** What the checks of a proxy found over time: whether it works, how fast it is, and where it comes out. */
export function ProxyHistory({ proxyId }: { proxyId: string }) {
  const found = useProxyChecks(proxyId);
  if (!found.data) {
    if (found.error) return <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />;
    return <Skeleton height={300} aria-hidden />;
  }
  const newest = found.data.filter(isChecked);
  if (newest.length === 0) return null;
  const checks = newest.toReversed();
  const times = checks.map(({ checkedAt }) => checkedAt);
  const exits = new Set(newest.flatMap(({ exitAddress }) => exitAddress ?? []));
  const milliseconds = (value: number): string => t('proxies:ms', { value: formatCount(Math.round(value)) });
  return (
    <Stack gap="sm">
      <Title order={3}>{t('proxies:history')}</Title>
      <ChartCard
        label={t('proxies:history.latency')}
        times={times}
        height={140}
        format={milliseconds}
        series={[
          {
            key: 'p50',
            label: t('proxies:history.p50'),
            color: 'var(--fl-running)',
            values: checks.map(({ latency }) => latency?.p50Ms ?? null),
          },
          {
            key: 'p95',
            label: t('proxies:history.p95'),
            color: 'var(--fl-parked)',
            values: checks.map(({ latency }) => latency?.p95Ms ?? null),
          },
        ]}
      />
      <ChartCard
        label={t('proxies:history.success')}
        times={times}
        height={110}
        filled
        format={formatShare}
        series={[
          {
            key: 'success',
            label: t('proxies:history.through'),
            color: 'var(--fl-succeeded)',
            values: checks.map(successOf),
          },
        ]}
      />
      {exits.size > 1 && <Text size="sm">{t('proxies:history.exits', { count: exits.size })}</Text>}
      <details>
        <summary>{t('proxies:history.list')}</summary>
        <Table fz="sm" aria-label={t('proxies:history')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('proxies:lastCheck')}</Table.Th>
              <Table.Th>{t('field.status')}</Table.Th>
              <Table.Th>{t('proxies:history.exit')}</Table.Th>
              <Table.Th ta="right">{t('proxies:history.p50')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {newest.slice(0, LISTED).map((check) => (
              <Table.Tr key={check.id} title={toldOf(check, 'verdict') ?? undefined}>
                <Table.Td>
                  <Ago at={check.checkedAt} />
                </Table.Td>
                <Table.Td>
                  <ProxyStatusLabel status={check.status} />
                </Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>
                  {check.exitAddress ?? '–'}
                  <Text size="xs" c="dimmed">
                    {countryOf(check)}
                  </Text>
                </Table.Td>
                <Table.Td ta="right" className="tabular">
                  {check.latency ? milliseconds(check.latency.p50Ms) : '–'}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </details>
    </Stack>
  );
}

/** What the check said of the country, where it could tell. */
function countryOf({ checks }: Checked): string | null {
  const found = checks.find(({ check, outcome }) => check === 'country' && outcome !== 'not-checked');
  return found ? toldOf(found, 'detail') : null;
}
