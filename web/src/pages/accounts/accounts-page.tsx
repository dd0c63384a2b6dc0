import { Button, Group } from '@mantine/core';
import { IconFileImport, IconPlus, IconUsers } from '@tabler/icons-react';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { useAccounts } from '../../api/accounts.ts';
import { useMay } from '../../api/session.tsx';
import { t } from '../../i18n/index.ts';
import { useAddress } from '../../ui/address.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { useSelection } from '../../ui/selection.tsx';
import { VirtualTable } from '../../ui/virtual-table.tsx';
import { AccountDrawer } from './account-drawer.tsx';
import { AccountFilters, filterOf } from './account-filters.tsx';
import { accountColumns } from './columns.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { AccountSelection } from './selection-bar.tsx';

export function AccountsPage() {
  const [search] = useSearchParams();
  const { set } = useAddress();
  const filter = filterOf(search);
  const accounts = useAccounts(filter);
  const mayEdit = useMay('operator');
  const [importing, setImporting] = useState(false);
  const opened = search.get('open');
  const filtered = Object.keys(filter).length > 0;

  const selection = useSelection(accounts.items.map(({ id }) => id));

  const buttons = mayEdit && (
    <>
      <Button variant="default" leftSection={<IconFileImport size={16} />} onClick={() => setImporting(true)}>
        {t('accounts:importCsv')}
      </Button>
      <Button leftSection={<IconPlus size={16} />} onClick={() => set('open', 'new')}>
        {t('accounts:add')}
      </Button>
    </>
  );
  return (
    <Page title={t('accounts:title')} actions={buttons}>
      <AccountFilters filter={filter} onChange={set} total={accounts.total} />
      {accounts.error ? (
        <ErrorNotice error={accounts.error} onRetry={accounts.reload} />
      ) : (
        <VirtualTable
          label={t('accounts:title')}
          rows={accounts.items}
          columns={accountColumns()}
          selection={mayEdit ? selection : undefined}
          rowName={({ username }) => username}
          rowKey={(account) => account.id}
          selected={opened ?? undefined}
          list={accounts}
          onOpen={(account) => set('open', account.id)}
          empty={
            filtered ? (
              <Notice icon={IconUsers} title={t('list.noAccountMatches')} color="gray">
                {t('list.clearFilter')}
              </Notice>
            ) : (
              <Notice icon={IconUsers} title={t('list.noAccounts')} action={<Group gap="xs">{buttons}</Group>}>
                {t('accounts:noneText')}
              </Notice>
            )
          }
        />
      )}
      <AccountSelection selection={selection} />
      <AccountDrawer id={opened} onClose={() => set('open', null)} />
      <ImportDialog opened={importing} onClose={() => setImporting(false)} />
    </Page>
  );
}
