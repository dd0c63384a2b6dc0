import { Badge, Text } from '@mantine/core';
import type { ListedProxy } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { toldOf } from '../../i18n/told.ts';
import { formatCount } from '../../ui/format.ts';
import { NameCell } from '../../ui/name-cell.tsx';
import { ProxyStatusLabel } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import type { Column } from '../../ui/virtual-table.tsx';
import { HealthStrip } from './health-strip.tsx';
import { addressOf } from './proxy-values.ts';

const Spare = () => (
  <Badge variant="default" radius="sm" tt="none" fw={450}>
    {t('proxies:spare')}
  </Badge>
);

export function proxyColumns(): Column<ListedProxy>[] {
  return [
    {
      key: 'name',
      title: t('proxies:thing'),
      width: 'minmax(min(190px, 60vw), 1.3fr)',
      cell: (proxy, compact) => (
        <NameCell
          name={
            <>
              {proxy.name} {proxy.spare && !compact && <Spare />}
            </>
          }
          compact={compact}
          always
          state={<ProxyStatusLabel status={proxy.status} />}
          below={(compact
            ? [
                t('count.accounts', { count: proxy.accounts }),
                proxy.spare && t('proxies:spareWord'),
                toldOf(proxy, 'verdict') ?? addressOf(proxy),
              ]
            : [addressOf(proxy), proxy.country]
          )
            .filter(Boolean)
            .join(' · ')}
        />
      ),
    },
    {
      key: 'status',
      title: t('field.status'),
      width: '124px',
      from: 'sm',
      cell: (proxy) => <ProxyStatusLabel status={proxy.status} />,
    },
    {
      key: 'verdict',
      title: t('proxies:verdict'),
      width: 'minmax(0, 2fr)',
      from: 'sm',
      cell: (proxy) => (
        <Text size="sm" c="dimmed" truncate title={toldOf(proxy, 'verdict') ?? undefined}>
          {toldOf(proxy, 'verdict') ?? t('proxies:notChecked')}
        </Text>
      ),
    },
    {
      key: 'health',
      title: t('proxies:health'),
      width: '122px',
      from: 'md',
      cell: (proxy) => <HealthStrip checks={proxy.recent} />,
    },
    {
      key: 'accounts',
      title: t('proxies:accounts'),
      width: '80px',
      align: 'right',
      from: 'lg',
      cell: (proxy) => formatCount(proxy.accounts),
    },
    {
      key: 'checked',
      title: t('proxies:lastCheck'),
      width: '112px',
      align: 'right',
      from: 'md',
      cell: (proxy) => (proxy.checkedAt ? <Ago at={proxy.checkedAt} /> : '–'),
    },
  ];
}
