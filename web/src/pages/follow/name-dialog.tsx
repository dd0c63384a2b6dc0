import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { t } from '../../i18n/index.ts';
import { ErrorAlert } from '../../ui/notices.tsx';

interface NameDialogProps {
  opened: boolean;
  title: string;
  /** What the field begins with. */
  name: string;
  action: string;
  error: Error | null;
  busy: boolean;
  onSubmit(name: string): void;
  onClose(): void;
}

/** Asks for the name of a follow category. */
export function NameDialog({ opened, title, onClose, ...form }: NameDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      {opened && <NameForm {...form} onClose={onClose} />}
    </Modal>
  );
}

function NameForm({ name, action, error, busy, onSubmit, onClose }: Omit<NameDialogProps, 'opened' | 'title'>) {
  const [draft, setDraft] = useState(name);
  const valid = draft.trim() !== '' && draft.trim() !== name;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (valid) onSubmit(draft.trim());
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label={t('field.name')}
          data-autofocus
          maxLength={100}
          value={draft}
          onChange={(event) => setDraft(event.currentTarget.value)}
        />
        <ErrorAlert error={error} />
        <Group justify="end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('close')}
          </Button>
          <Button type="submit" disabled={!valid} loading={busy}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
