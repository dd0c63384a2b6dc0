import { Text } from '@mantine/core';
import { Link } from 'react-router';
import { useAccounts } from '../../api/accounts.ts';
import type { AccountFilter } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { useFilterWords } from './who-words.tsx';

/** All that the list's filter matches: how many that are now, and that it is settled at the order. */
export function ByFilter({ filter }: { filter: AccountFilter }) {
  const words = useFilterWords(filter);
  const { total } = useAccounts(filter);
  return (
    <div>
      <Text role="status">
        <Phrase
          of="newTask:filterMeans"
          values={{ words, accounts: total === null ? '…' : t('count.accounts', { count: total }) }}
          parts={{ b: <b className="tabular" /> }}
        />
      </Text>
      <Text size="sm" c="dimmed" maw={720}>
        <Phrase of="newTask:filterText" parts={{ page: <Link to="/accounts" /> }} />
      </Text>
    </div>
  );
}
