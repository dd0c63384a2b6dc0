import { Button } from '@mantine/core';
import { IconEdit, IconPlus, IconTrash } from '@tabler/icons-react';
import { Suspense, useState } from 'react';
import { useNavigate } from 'react-router';
import {
  type AccountEdit,
  type AccountTarget,
  useDeleteAccounts,
  useEditAccounts,
  useUndoEdit,
} from '../../api/account-bulk.ts';
import type { AccountFilter } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { askDelete } from '../../ui/confirm.ts';
import { formatCount } from '../../ui/format.ts';
import { overlay } from '../../ui/part.tsx';
import { type Selection, SelectionBar } from '../../ui/selection.tsx';
import { sayDone, sayFailed, sayUndoable } from '../../ui/toast.tsx';
import type { Refused } from './refused-dialog.tsx';

const EditDialog = overlay(async () => (await import('./edit-dialog.tsx')).EditDialog);
const RefusedDialog = overlay(async () => (await import('./refused-dialog.tsx')).RefusedDialog);

interface AccountSelectionProps {
  selection: Selection;
  filter: AccountFilter;
  /** How many accounts match the filter. */
  total: number | null;
  /** All that match are meant, not only those whose rows were read. */
  allMatching: boolean;
  onAllMatching(): void;
}

/** What can be done with the chosen accounts, or with all that match. */
export function AccountSelection({ selection, filter, total, allMatching, onAllMatching }: AccountSelectionProps) {
  const navigate = useNavigate();
  const [editing, setEditing] = useState(false);
  const [wasEditing, setWasEditing] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  const edit = useEditAccounts();
  const undo = useUndoEdit();
  const remove = useDeleteAccounts();

  const ids = [...selection.chosen];
  const count = allMatching && total !== null ? total : ids.length;
  const target: AccountTarget = allMatching ? { filter } : { ids };

  const openEdit = (): void => {
    edit.reset();
    setWasEditing(true);
    setEditing(true);
  };
  const onEdit = (wanted: AccountEdit): void =>
    edit.mutate(
      { target, edit: wanted },
      {
        onSuccess: ({ changed, undoToken, ...result }) => {
          setEditing(false);
          if (undoToken) sayUndoable(t('lists:edited', { count: changed }), () => undo.mutateAsync(undoToken));
          else if (result.refusedTotal === 0) sayDone(t('lists:editedNone'));
          if (result.refusedTotal > 0) setRefused(result);
        },
      },
    );

  const onDelete = (): void =>
    askDelete({
      title: t('lists:delete.title', { count }),
      text: t('lists:delete.text'),
      typed: String(count),
      onConfirm: () =>
        remove.mutate(
          { target, confirm: count },
          {
            onSuccess: ({ deleted, archived, ...result }) => {
              selection.clear();
              sayDone(t('lists:deleted', { deleted: formatCount(deleted), archived: formatCount(archived) }));
              if (result.refusedTotal > 0) setRefused(result);
            },
            onError: (error) => sayFailed(error),
          },
        ),
    });

  return (
    <>
      <SelectionBar
        selection={selection}
        label={t('accounts:chosenRegion')}
        count={allMatching ? t('lists:allChosen', { count }) : t('accounts:chosen', { count })}
      >
        {selection.all && !allMatching && total !== null && total > ids.length && (
          <Button variant="subtle" onClick={onAllMatching}>
            {t('lists:chooseAll', { count: total })}
          </Button>
        )}
        <Button
          leftSection={<IconPlus size={16} />}
          onClick={() => void navigate('/tasks/new', { state: allMatching ? { filter } : { accountIds: ids } })}
        >
          {t('nav.newTask')}
        </Button>
        <Button variant="default" leftSection={<IconEdit size={16} />} onClick={openEdit}>
          {t('lists:edit')}
        </Button>
        <Button
          variant="subtle"
          color="red"
          leftSection={<IconTrash size={16} />}
          loading={remove.isPending}
          onClick={onDelete}
        >
          {t('confirm.delete')}
        </Button>
      </SelectionBar>
      <Suspense fallback={null}>
        {wasEditing && (
          <EditDialog
            opened={editing}
            onClose={() => setEditing(false)}
            target={target}
            count={count}
            busy={edit.isPending}
            error={edit.error}
            onSubmit={onEdit}
          />
        )}
        {refused && <RefusedDialog result={refused} onClose={() => setRefused(null)} />}
      </Suspense>
    </>
  );
}
