import { ActionIcon, Button, CloseButton, Group, Skeleton, Text, TextInput, Tooltip } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { IconFileImport, IconPencil, IconSearch, IconTrash, IconUsers, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useParams, useSearchParams } from 'react-router';
import { useFollowCategory, useFollowTargets, useRemoveTarget, useRenameCategory } from '../../api/follow.ts';
import { useMay } from '../../api/session.tsx';
import type { FollowCategory, FollowTarget } from '../../api/types.ts';
import { plural } from '../../ui/format.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { Ago } from '../../ui/time.tsx';
import { sayDone, sayFailed } from '../../ui/toast.tsx';
import { type Column, VirtualTable } from '../../ui/virtual-table.tsx';
import { ImportTargetsDialog } from './import-targets-dialog.tsx';
import { NameDialog } from './name-dialog.tsx';
import { useAskDelete } from './use-ask-delete.tsx';

const CATEGORIES = { to: '/follow', label: 'Follow categories' };

function targetColumns(onRemove: ((target: FollowTarget) => void) | undefined): Column<FollowTarget>[] {
  return [
    {
      key: 'username',
      title: 'User name',
      width: 'minmax(0, 1fr)',
      cell: ({ username }) => (
        <Text size="sm" truncate>
          {username}
        </Text>
      ),
    },
    {
      key: 'added',
      title: 'Added',
      width: '120px',
      align: 'right',
      cell: ({ createdAt }) => <Ago at={createdAt} />,
    },
    ...(onRemove
      ? [
          {
            key: 'remove',
            title: '',
            width: '34px',
            cell: (target: FollowTarget) => (
              <Tooltip label="Remove from the category">
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Remove ${target.username}`}
                  onClick={() => onRemove(target)}
                >
                  <IconX size={16} />
                </ActionIcon>
              </Tooltip>
            ),
          },
        ]
      : []),
  ];
}

export function CategoryPage() {
  const { id = '' } = useParams();
  const found = useFollowCategory(id);
  if (found.error && !found.data) {
    return (
      <Page title="Follow category" parent={CATEGORIES} heading={<span />}>
        <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />
      </Page>
    );
  }
  if (!found.data) {
    return (
      <Page title="Follow category" parent={CATEGORIES} heading={<Skeleton height={24} width={280} maw="60%" />}>
        <Skeleton height={320} />
      </Page>
    );
  }
  return <Category key={id} category={found.data} />;
}

function Category({ category }: { category: FollowCategory }) {
  const [search, setSearch] = useSearchParams();
  const [typed, setTyped] = useState('');
  const [asked] = useDebouncedValue(typed.trim(), 250);
  const targets = useFollowTargets(category.id, asked || undefined);
  const remove = useRemoveTarget(category.id);
  const rename = useRenameCategory(category.id);
  const mayEdit = useMay('operator');
  const [renaming, renameDialog] = useDisclosure();
  const askDelete = useAskDelete(category);
  const setImporting = (on: boolean): void => setSearch(on ? { import: '1' } : {}, { replace: true });

  const onRemove = (target: FollowTarget): void =>
    remove.mutate(target.id, {
      onSuccess: () => sayDone(`${target.username} was removed.`),
      onError: (error) => sayFailed(error),
    });

  const importButton = mayEdit && (
    <Button leftSection={<IconFileImport size={16} />} onClick={() => setImporting(true)}>
      Add user names
    </Button>
  );
  const actions = mayEdit && (
    <>
      <Button variant="default" leftSection={<IconPencil size={16} />} onClick={renameDialog.open}>
        Rename
      </Button>
      <Button variant="default" leftSection={<IconTrash size={16} />} onClick={askDelete}>
        Delete
      </Button>
      {importButton}
    </>
  );
  return (
    <Page title={category.name} parent={CATEGORIES} actions={actions}>
      <Group gap="sm" justify="space-between">
        <TextInput
          aria-label="Search user names"
          placeholder="Search user names"
          leftSection={<IconSearch size={16} />}
          w={{ base: '100%', sm: 280 }}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          rightSection={typed && <CloseButton size="sm" aria-label="Clear the search" onClick={() => setTyped('')} />}
        />
        <Text c="dimmed" className="tabular" role="status">
          {asked && targets.total !== null
            ? `${plural(targets.total, 'target')} of ${plural(category.targets, 'target')}`
            : plural(category.targets, 'target')}
        </Text>
      </Group>
      {targets.error ? (
        <ErrorNotice error={targets.error} onRetry={targets.reload} />
      ) : (
        <VirtualTable
          label="Targets"
          rows={targets.items}
          columns={targetColumns(mayEdit ? onRemove : undefined)}
          rowKey={(target) => target.id}
          rowHeight={42}
          compactRowHeight={46}
          list={targets}
          empty={
            asked ? (
              <Notice icon={IconSearch} title="No user name matches" color="gray">
                Search for another part of a name.
              </Notice>
            ) : (
              <Notice icon={IconUsers} title="Nobody in here yet" action={importButton}>
                Paste user names, or take them from a file.
              </Notice>
            )
          }
        />
      )}
      <ImportTargetsDialog
        category={category}
        opened={mayEdit && search.get('import') !== null}
        onClose={() => setImporting(false)}
      />
      <NameDialog
        opened={renaming}
        title="Rename the category"
        name={category.name}
        action="Rename"
        error={rename.error}
        busy={rename.isPending}
        onClose={() => {
          renameDialog.close();
          rename.reset();
        }}
        onSubmit={(name) =>
          rename.mutate(name, {
            onSuccess: () => {
              renameDialog.close();
              sayDone('Renamed.');
            },
          })
        }
      />
    </Page>
  );
}
