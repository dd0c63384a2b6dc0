import { Button, Group } from '@mantine/core';
import { IconDownload, IconFileImport, IconPlus, IconUsers } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router';
import { exportUrl } from '../../api/account-bulk.ts';
import { useAccountTable } from '../../api/account-table.ts';
import { useMay } from '../../api/session.tsx';
import { t } from '../../i18n/index.ts';
import { useAddress } from '../../ui/address.ts';
import { useComeBack } from '../../ui/come-back.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { useSelection } from '../../ui/selection.tsx';
import { ViewsMenu } from '../../ui/views-menu.tsx';
import { VirtualTable } from '../../ui/virtual-table.tsx';
import { AccountDrawer } from './account-drawer.tsx';
import { FILTER_PARTS, filterOf } from './account-filter.ts';
import { AccountFilters } from './account-filters.tsx';
import { accountColumns } from './columns.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { AccountSelection } from './selection-bar.tsx';

export function AccountsPage() {
  const [search] = useSearchParams();
  const address = useAddress(['open', 'import']);
  const { set } = address;
  const filter = filterOf(search);
  const accounts = useAccountTable(filter);
  const mayEdit = useMay('operator');
  const importing = search.get('import') !== null;
  const opened = search.get('open');
  const { close } = useComeBack();
  const filtered = Object.keys(filter).length > 0;

  const selection = useSelection(accounts.read().map(({ id }) => id));
  // Another filter or another choice of rows is no longer "all that match".
  const [allMatching, setAllMatching] = useState(false);
  const filterKey = JSON.stringify(filter);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the filter
  useEffect(() => setAllMatching(false), [filterKey, selection.chosen]);

  const adding = mayEdit && (
    <>
      <Button variant="default" leftSection={<IconFileImport size={16} />} onClick={() => set('import', '1')}>
        {t('accounts:importCsv')}
      </Button>
      <Button leftSection={<IconPlus size={16} />} onClick={() => set('open', 'new')}>
        {t('accounts:add')}
      </Button>
    </>
  );
  const buttons = (
    <>
      <ViewsMenu page="accounts" filters={FILTER_PARTS} />
      <Button
        component="a"
        href={exportUrl(filter)}
        download="accounts.csv"
        variant="default"
        leftSection={<IconDownload size={16} />}
        title={t('lists:exportHint')}
      >
        {t('lists:export')}
      </Button>
      {adding}
    </>
  );
  return (
    <Page title={t('accounts:title')} actions={buttons}>
      <AccountFilters address={address} total={accounts.total} />
      {accounts.error ? (
        <ErrorNotice error={accounts.error} onRetry={accounts.reload} />
      ) : (
        <VirtualTable
          label={t('accounts:title')}
          placed={accounts}
          columns={accountColumns()}
          selection={mayEdit ? selection : undefined}
          rowName={({ username }) => username}
          rowKey={(account) => account.id}
          selected={opened ?? undefined}
          onOpen={(account) => set('open', account.id)}
          empty={
            filtered ? (
              <Notice icon={IconUsers} title={t('list.noAccountMatches')} color="gray">
                {t('list.clearFilter')}
              </Notice>
            ) : (
              <Notice icon={IconUsers} title={t('list.noAccounts')} action={<Group gap="xs">{adding}</Group>}>
                {t('accounts:noneText')}
              </Notice>
            )
          }
        />
      )}
      <AccountSelection
        selection={selection}
        filter={filter}
        total={accounts.total}
        allMatching={allMatching}
        onAllMatching={() => setAllMatching(true)}
      />
      <AccountDrawer id={opened} onClose={() => close(() => set('open', null))} />
      {mayEdit && <ImportDialog opened={importing} onClose={() => close(() => set('import', null))} />}
    </Page>
  );
}
