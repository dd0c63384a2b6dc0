import { ActionIcon, Button, Group, Skeleton, Text, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconFileImport, IconPencil, IconSearch, IconTrash, IconUsers, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useParams, useSearchParams } from 'react-router';
import { useFollowCategory, useFollowTargets, useRemoveTarget, useRenameCategory } from '../../api/follow.ts';
import { useMay } from '../../api/session.tsx';
import type { FollowCategory, FollowTarget } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { formatCount } from '../../ui/format.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { Ago } from '../../ui/time.tsx';
import { sayDone, sayFailed } from '../../ui/toast.tsx';
import { type Column, VirtualTable } from '../../ui/virtual-table.tsx';
import { ImportTargetsDialog } from './import-targets-dialog.tsx';
import { NameDialog } from './name-dialog.tsx';
import { useAskDelete } from './use-ask-delete.tsx';

const categories = () => ({ to: '/follow', label: t('follow:title') });

function targetColumns(onRemove: ((target: FollowTarget) => void) | undefined): Column<FollowTarget>[] {
  return [
    {
      key: 'username',
      title: t('field.userName'),
      width: 'minmax(0, 1fr)',
      cell: ({ username }) => (
        <Text size="sm" truncate>
          {username}
        </Text>
      ),
    },
    {
      key: 'added',
      title: t('field.added'),
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
              <Tooltip label={t('follow:removeHint')}>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={t('follow:removeOne', { name: target.username })}
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
      <Page title={t('follow:thing')} parent={categories()} heading={<span />}>
        <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />
      </Page>
    );
  }
  if (!found.data) {
    return (
      <Page title={t('follow:thing')} parent={categories()} heading={<Skeleton height={24} width={280} maw="60%" />}>
        <Skeleton height={320} />
      </Page>
    );
  }
  return <Category key={id} category={found.data} />;
}

function Category({ category }: { category: FollowCategory }) {
  const [search, setSearch] = useSearchParams();
  const [asked, setAsked] = useState<string>();
  const targets = useFollowTargets(category.id, asked);
  const remove = useRemoveTarget(category.id);
  const rename = useRenameCategory(category.id);
  const mayEdit = useMay('operator');
  const [renaming, renameDialog] = useDisclosure();
  const askDelete = useAskDelete(category);
  const setImporting = (on: boolean): void => setSearch(on ? { import: '1' } : {}, { replace: true });

  const onRemove = (target: FollowTarget): void =>
    remove.mutate(target.id, {
      onSuccess: () => sayDone(t('follow:removed', { name: target.username })),
      onError: (error) => sayFailed(error),
    });

  const importButton = mayEdit && (
    <Button leftSection={<IconFileImport size={16} />} onClick={() => setImporting(true)}>
      {t('follow:addNamesTitle')}
    </Button>
  );
  const actions = mayEdit && (
    <>
      <Button variant="default" leftSection={<IconPencil size={16} />} onClick={renameDialog.open}>
        {t('follow:rename.action')}
      </Button>
      <Button variant="default" leftSection={<IconTrash size={16} />} onClick={askDelete}>
        {t('follow:delete')}
      </Button>
      {importButton}
    </>
  );
  return (
    <Page title={category.name} parent={categories()} actions={actions}>
      <Group gap="sm" justify="space-between">
        <SearchField label={t('follow:search')} value={asked} onChange={setAsked} />
        <Text c="dimmed" className="tabular" role="status">
          {asked && targets.total !== null
            ? t('follow:some', {
                found: formatCount(targets.total),
                all: t('follow:targets', { count: category.targets }),
              })
            : t('follow:targets', { count: category.targets })}
        </Text>
      </Group>
      {targets.error ? (
        <ErrorNotice error={targets.error} onRetry={targets.reload} />
      ) : (
        <VirtualTable
          label={t('follow:targetsTitle')}
          rows={targets.items}
          columns={targetColumns(mayEdit ? onRemove : undefined)}
          rowKey={(target) => target.id}
          rowHeight={42}
          compactRowHeight={46}
          list={targets}
          empty={
            asked ? (
              <Notice icon={IconSearch} title={t('follow:noMatch')} color="gray">
                {t('follow:noMatchText')}
              </Notice>
            ) : (
              <Notice icon={IconUsers} title={t('follow:empty')} action={importButton}>
                {t('follow:emptyText')}
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
        title={t('follow:renameTitle')}
        name={category.name}
        action={t('follow:rename.action')}
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
              sayDone(t('follow:renamed'));
            },
          })
        }
      />
    </Page>
  );
}
