import { Alert, Button, Drawer, Group, Skeleton, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconAlertCircle, IconTrash } from '@tabler/icons-react';
import { useAccount, useCreateAccount, useDeleteAccount, useUpdateAccount } from '../../api/accounts.ts';
import { useMay } from '../../api/session.tsx';
import type { AccountDetail } from '../../api/types.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { AccountStatusLabel } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { sayDone, sayFailed } from '../../ui/toast.tsx';
import { AccountForm } from './account-form.tsx';
import { changesOf, newAccountOf } from './account-values.ts';
import { LinkedAccounts } from './linked-accounts.tsx';

/** @param props.id an account's id, `new`, or null while closed */
export function AccountDrawer({ id, onClose }: { id: string | null; onClose(): void }) {
  const existing = useAccount(id === 'new' ? null : id);
  const create = useCreateAccount();
  return (
    <Drawer
      opened={id !== null}
      onClose={onClose}
      size="md"
      title={
        <Text fw={600} size="lg">
          {id === 'new' ? 'Add account' : (existing.data?.username ?? 'Account')}
        </Text>
      }
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {id === 'new' ? (
        <AccountForm
          account={undefined}
          error={create.error}
          busy={create.isPending}
          onSubmit={(values) =>
            create.mutate(newAccountOf(values), {
              onSuccess: (account) => {
                sayDone(`${account.username} was added.`);
                onClose();
              },
            })
          }
        />
      ) : existing.data ? (
        <Existing key={existing.data.id} account={existing.data} onClose={onClose} />
      ) : existing.error ? (
        <ErrorNotice error={existing.error} onRetry={() => void existing.refetch()} />
      ) : (
        id !== null && (
          <Stack>
            <Skeleton height={56} />
            <Skeleton height={56} />
            <Skeleton height={56} />
          </Stack>
        )
      )}
    </Drawer>
  );
}

function Existing({ account, onClose }: { account: AccountDetail; onClose(): void }) {
  const update = useUpdateAccount();
  const remove = useDeleteAccount();
  const mayEdit = useMay('operator');

  const askDelete = (): void => {
    modals.openConfirmModal({
      title: `Delete ${account.username}?`,
      children: (
        <Text size="sm">
          The account, its password and its stored log-in are deleted here. Nothing changes on the platform.
        </Text>
      ),
      labels: { confirm: 'Delete', cancel: 'Keep it' },
      confirmProps: { color: 'red.8' },
      onConfirm: () =>
        remove.mutate(account.id, {
          onSuccess: ({ message }) => {
            sayDone(message);
            onClose();
          },
          onError: (error) => sayFailed(error),
        }),
    });
  };

  return (
    <Stack gap="md">
      <Group justify="space-between">
        <AccountStatusLabel status={account.status} />
        <Text size="sm" c="dimmed">
          added <Ago at={account.createdAt} />
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
                sayDone('Saved.');
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
          onClick={askDelete}
          style={{ alignSelf: 'start' }}
        >
          Delete the account
        </Button>
      )}
    </Stack>
  );
}
