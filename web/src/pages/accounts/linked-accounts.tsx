import { MultiSelect } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useAccounts, useSetAccountLinks } from '../../api/accounts.ts';
import { ApiError, messageOf } from '../../api/problem.ts';
import type { AccountDetail } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { sayDone } from '../../ui/toast.tsx';

const labelOf = ({ username, platform }: { username: string; platform: string }) =>
  t('accounts:on', { name: username, platform });

/** What the API says is wrong with the choice, in its own sentences. */
function refusalOf(error: Error | null): string | null {
  if (!error) return null;
  const said = error instanceof ApiError ? error.errors.map(({ message }) => message) : [];
  return said.length > 0 ? said.join(' ') : messageOf(error);
}

function messageFor(q: string, isSearching: boolean): string {
  if (isSearching) return t('accounts:linked.searching');
  return q ? t('accounts:linked.none') : t('accounts:linked.type');
}

interface LinkedAccountsProps {
  account: AccountDetail;
  readOnly: boolean;
}

/** The same owner's accounts on other platforms; each change is kept at once. */
export function LinkedAccounts({ account, readOnly }: LinkedAccountsProps) {
  const [typed, setTyped] = useState('');
  const [q] = useDebouncedValue(typed.trim(), 250);
  const found = useAccounts(q ? { q } : {}, !readOnly);
  const setLinks = useSetAccountLinks();

  const linkedPlatforms = new Set(account.links.map(({ platform }) => platform));
  const others = found.items.filter(({ platform }) => platform !== account.platform && !linkedPlatforms.has(platform));
  const options = [...account.links, ...others].map((one) => ({ value: one.id, label: labelOf(one) }));

  return (
    <MultiSelect
      label={t('accounts:linked')}
      description={t('accounts:linked.text')}
      placeholder={account.links.length === 0 ? t('field.searchUser') : undefined}
      searchable
      readOnly={readOnly}
      limit={50}
      nothingFoundMessage={messageFor(q, found.isPending || found.isStale)}
      searchValue={typed}
      onSearchChange={setTyped}
      data={options}
      value={account.links.map(({ id }) => id)}
      error={refusalOf(setLinks.error)}
      disabled={setLinks.isPending}
      onChange={(accountIds) =>
        setLinks.mutate({ id: account.id, accountIds }, { onSuccess: () => sayDone(t('accounts:linked.saved')) })
      }
    />
  );
}
