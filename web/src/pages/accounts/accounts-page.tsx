import { Button, Group } from '@mantine/core';
import { IconFileImport, IconPlus, IconUsers } from '@tabler/icons-react';
import { useCallback, useState } from 'react';
import { useSearchParams } from 'react-router';
import { useAccounts } from '../../api/accounts.ts';
import { useMay } from '../../api/session.tsx';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { VirtualTable } from '../../ui/virtual-table.tsx';
import { AccountDrawer } from './account-drawer.tsx';
import { AccountFilters, filterOf } from './account-filters.tsx';
import { accountColumns } from './columns.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { SelectionBar } from './selection-bar.tsx';

export function AccountsPage() {
  const [search, setSearch] = useSearchParams();
  const filter = filterOf(search);
  const accounts = useAccounts(filter);
  const mayEdit = useMay('operator');
  const [importing, setImporting] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const opened = search.get('open');
  const filtered = Object.keys(filter).length > 0;

  const set = useCallback(
    (name: string, value: string | null) => {
      setSearch(
        (before) => {
          const next = new URLSearchParams(before);
          if (value) next.set(name, value);
          else next.delete(name);
          return next;
        },
        { replace: name !== 'open' || value === null, preventScrollReset: true },
      );
    },
    [setSearch],
  );

  const toggle = (id: string): void => {
    setChosen((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  };
  const toggleAll = (): void => {
    setChosen((before) =>
      accounts.items.every((account) => before.has(account.id))
        ? new Set()
        : new Set(accounts.items.map(({ id }) => id)),
    );
  };

  const buttons = mayEdit && (
    <>
      <Button variant="default" leftSection={<IconFileImport size={16} />} onClick={() => setImporting(true)}>
        Import CSV
      </Button>
      <Button leftSection={<IconPlus size={16} />} onClick={() => set('open', 'new')}>
        Add account
      </Button>
    </>
  );
  return (
    <Page title="Accounts" actions={buttons}>
      <AccountFilters filter={filter} onChange={set} total={accounts.total} />
      {accounts.error ? (
        <ErrorNotice error={accounts.error} onRetry={accounts.reload} />
      ) : (
        <VirtualTable
          label="Accounts"
          rows={accounts.items}
          columns={accountColumns({
            chosen: mayEdit ? chosen : undefined,
            onToggle: toggle,
            onToggleAll: toggleAll,
            all: accounts.items.length > 0 && accounts.items.every(({ id }) => chosen.has(id)),
          })}
          rowKey={(account) => account.id}
          selected={opened ?? undefined}
          list={accounts}
          onOpen={(account) => set('open', account.id)}
          empty={
            filtered ? (
              <Notice icon={IconUsers} title="No account matches" color="gray">
                Clear a filter to see more.
              </Notice>
            ) : (
              <Notice icon={IconUsers} title="No accounts yet" action={<Group gap="xs">{buttons}</Group>}>
                Add the accounts that you own or are authorised to run. Their passwords are sealed and never shown
                again.
              </Notice>
            )
          }
        />
      )}
      {chosen.size > 0 && <SelectionBar ids={[...chosen]} onClear={() => setChosen(new Set())} />}
      <AccountDrawer id={opened} onClose={() => set('open', null)} />
      <ImportDialog opened={importing} onClose={() => setImporting(false)} />
    </Page>
  );
}
