import { Button, Group, Modal, NumberInput, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { type AccountEdit, useEditAccounts, usePreviewEdit, useUndoEdit } from '../../api/account-bulk.ts';
import { useProxyPool } from '../../api/proxies.ts';
import { t } from '../../i18n/index.ts';
import { ErrorAlert } from '../../ui/notices.tsx';
import { sayDone, sayUndoable } from '../../ui/toast.tsx';
import { EditPreview } from '../accounts/edit-preview.tsx';

const WHOM = ['none', 'failing'] as const;
type Whom = (typeof WHOM)[number];

/** Gives spares of the pool to accounts that have no proxy, or one that fails: first a look at who gets which. */
export function AssignDialog({ onClose }: { onClose(): void }) {
  const pool = useProxyPool();
  const [chosen, setChosen] = useState<Whom>();
  const [perProxy, setPerProxy] = useState<number | string>(1);
  const assign = useEditAccounts();
  const undo = useUndoEdit();
  const counts: Record<Whom, number> = {
    none: pool.data?.accounts.without ?? 0,
    failing: pool.data?.accounts.failing ?? 0,
  };
  // Those whose proxy fails are worse off: without one an account at least connects.
  const whom = chosen ?? (counts.failing > 0 ? 'failing' : 'none');
  const target = { filter: { proxy: whom } };
  const edit: AccountEdit | undefined =
    typeof perProxy === 'number' ? { proxy: { mode: 'spread', perProxy } } : undefined;
  const preview = usePreviewEdit(target, edit);
  const given = preview.data?.changed ?? 0;

  const onAssign = (): void => {
    if (!edit) return;
    assign.mutate(
      { target, edit },
      {
        onSuccess: ({ changed, undoToken }) => {
          onClose();
          if (undoToken) sayUndoable(t('proxies:assigned', { count: changed }), () => undo.mutateAsync(undoToken));
          else sayDone(t('lists:editedNone'));
        },
      },
    );
  };

  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('proxies:pool.assign')}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {t('proxies:assign.text')}
        </Text>
        <Radio.Group
          label={t('proxies:assign.whom')}
          value={whom}
          onChange={(value) => setChosen(WHOM.find((one) => one === value))}
        >
          <Stack gap="xs" mt="xs">
            {WHOM.map((one) => (
              <Radio
                key={one}
                value={one}
                disabled={counts[one] === 0}
                label={t(`proxies:assign.${one}`, { accounts: t('count.accounts', { count: counts[one] }) })}
              />
            ))}
          </Stack>
        </Radio.Group>
        <NumberInput
          label={t('lists:edit.perProxy')}
          description={t('proxies:assign.perProxyText')}
          min={1}
          max={100_000}
          allowDecimal={false}
          maw={280}
          value={perProxy}
          onChange={setPerProxy}
        />
        <EditPreview target={target} edit={edit} />
        <ErrorAlert error={assign.error} />
        <Group justify="end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button disabled={given === 0 || preview.isFetching} loading={assign.isPending} onClick={onAssign}>
            {given > 0 ? t('proxies:assign.action', { count: given }) : t('proxies:assign.button')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
