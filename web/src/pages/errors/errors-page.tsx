import { Button } from '@mantine/core';
import { IconCircleCheck, IconDownload, IconFilterOff } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { exportAddress, useErrorGroups } from '../../api/errors.ts';
import { useLive } from '../../api/live.ts';
import { t } from '../../i18n/index.ts';
import { useAddress } from '../../ui/address.ts';
import { useCalmly } from '../../ui/calm.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { VirtualTable } from '../../ui/virtual-table.tsx';
import { CauseDrawer } from './cause-drawer.tsx';
import { causeColumns } from './columns.tsx';
import { FILTERS, filterOf } from './error-values.ts';
import { ErrorFilters } from './filters.tsx';

/** What hosts report by themselves makes no event. */
const REPORTED_MS = 30_000;

/** What goes wrong, by cause: the last seen first. */
export function ErrorsPage() {
  const address = useAddress();
  const filter = filterOf(address);
  const groups = useErrorGroups(filter);
  const client = useQueryClient();
  const opened = address.get('open') ?? null;
  const range = useRef<[number, number]>([0, 0]);

  const refresh = (): void => {
    void groups.refresh(...range.current).catch(() => undefined);
    if (opened) void client.invalidateQueries({ queryKey: ['errors', 'group', opened] });
  };
  useLive(undefined, (events) => {
    if (events.length === 0 || events.some((event) => event.type === 'account-task' && event.to === 'failed'))
      refresh();
  });
  useCalmly(REPORTED_MS, refresh);

  const isNarrowed = FILTERS.some((name) => name !== 'state' && address.get(name) !== undefined);
  return (
    <Page
      title={t('nav.errors')}
      actions={
        <Button
          component="a"
          href={exportAddress(filter)}
          download
          variant="default"
          leftSection={<IconDownload size={16} />}
        >
          {t('errors:export')}
        </Button>
      }
    >
      <ErrorFilters address={address} types={groups.items.map(({ type }) => type)} />
      {groups.error ? (
        <ErrorNotice error={groups.error} onRetry={groups.reload} />
      ) : (
        <VirtualTable
          label={t('errors:causes')}
          rows={groups.items}
          columns={causeColumns()}
          rowKey={(cause) => cause.id}
          rowHeight={58}
          compactRowHeight={66}
          list={groups}
          selected={opened ?? undefined}
          onRange={(first, last) => {
            range.current = [first, last];
          }}
          onOpen={(cause) => address.set('open', cause.id)}
          empty={
            isNarrowed ? (
              <Notice icon={IconFilterOff} title={t('errors:noMatch')} color="gray">
                {t('list.clearFilter')}
              </Notice>
            ) : (
              <Notice icon={IconCircleCheck} title={t('errors:none')} color="green">
                {t('errors:noneText')}
              </Notice>
            )
          }
        />
      )}
      <CauseDrawer fingerprint={opened} filter={filter} onClose={() => address.set('open', null)} />
    </Page>
  );
}
