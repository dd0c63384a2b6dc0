import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertCircle, IconLayoutSidebarLeftExpand, IconTrash } from '@tabler/icons-react';
import { Link } from 'react-router';
import { useAccount, useCreateAccount, useDeleteAccount, useUpdateAccount } from '../../api/accounts.ts';
import { useMay } from '../../api/session.tsx';
import type { AccountDetail } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { askDelete } from '../../ui/confirm.ts';
import { DetailDrawer } from '../../ui/detail-drawer.tsx';
import { AccountStatusLabel } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { sayDone, sayFailed } from '../../ui/toast.tsx';
import { AccountForm } from './account-form.tsx';
import { changesOf, newAccountOf } from './account-values.ts';
import { LinkedAccounts } from './linked-accounts.tsx';

interface AccountDrawerProps {
  /** An account's id, `new`, or null while closed. */
  id: string | null;
  onClose(): void;
  /** The account's own page is behind the drawer. */
  onPage?: boolean;
}

export function AccountDrawer({ id, onClose, onPage = false }: AccountDrawerProps) {
  const existing = useAccount(id === 'new' ? null : id);
  const create = useCreateAccount();
  return (
    <DetailDrawer
      opened={id !== null}
      onClose={onClose}
      title={id === 'new' ? t('accounts:add') : t('field.account')}
      heading={({ username }) => username}
      found={existing}
      instead={
        id === 'new' && (
          <AccountForm
            account={undefined}
            error={create.error}
            busy={create.isPending}
            onSubmit={(values) =>
              create.mutate(newAccountOf(values), {
                onSuccess: (account) => {
                  sayDone(t('accounts:added', { name: account.username }));
                  onClose();
                },
              })
            }
          />
        )
      }
    >
      {(account) => <Existing key={account.id} account={account} onClose={onClose} onPage={onPage} />}
    </DetailDrawer>
  );
}

interface ExistingProps {
  account: AccountDetail;
  onClose(): void;
  onPage: boolean;
}

function Existing({ account, onClose, onPage }: ExistingProps) {
  const update = useUpdateAccount();
  const remove = useDeleteAccount();
  const mayEdit = useMay('operator');

  const onDelete = (): void =>
    askDelete({
      title: t('accounts:delete.title', { name: account.username }),
      text: t('accounts:delete.text'),
      onConfirm: () =>
        remove.mutate(account.id, {
          onSuccess: ({ message }) => {
            sayDone(message);
            onClose();
          },
          onError: (error) => sayFailed(error),
        }),
    });

  return (
    <Stack gap="md">
      <Group justify="space-between">
        <AccountStatusLabel status={account.status} />
        {!onPage && (
          <Button
            component={Link}
            to={`/accounts/${account.id}`}
            variant="default"
            size="xs"
            leftSection={<IconLayoutSidebarLeftExpand size={15} />}
          >
            {t('openPage')}
          </Button>
        )}
        <Text size="sm" c="dimmed">
          <Phrase of="accounts:addedAgo" parts={{ ago: <Ago at={account.createdAt} /> }} />
        </Text>
      </Group>
      {account.statusReason && (
        <Alert color="orange" variant="light" icon={<IconAlertCircle size={18} />}>
          {account.statusReason}
        </Alert>
      )}
      <LinkedAccounts account={account} readOnly={!mayEdit} />
      <AccountForm
        account={account}
        error={update.error}
        busy={update.isPending}
        readOnly={!mayEdit}
        onSubmit={(values) =>
          update.mutate(
            { id: account.id, changes: changesOf(values, account) },
            {
              onSuccess: () => {
                sayDone(t('form.unchangedSaved'));
                onClose();
              },
            },
          )
        }
      />
      {mayEdit && (
        <Button
          variant="subtle"
          color="red"
          leftSection={<IconTrash size={16} />}
          loading={remove.isPending}
          onClick={onDelete}
          style={{ alignSelf: 'start' }}
        >
          {t('accounts:delete.action')}
        </Button>
      )}
    </Stack>
  );
}
