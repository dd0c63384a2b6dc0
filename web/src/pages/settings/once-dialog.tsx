import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';
import { t } from '../../i18n/index.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import classes from './settings.module.css';

interface OnceDialogProps {
  title: string;
  /** What to do with it. */
  text: string;
  secret: string;
  onClose(): void;
}

/** Shows what is never shown again, and is not closed by a slip. */
export function OnceDialog({ title, text, secret, onClose }: OnceDialogProps) {
  return (
    <Modal opened onClose={onClose} title={title} closeOnClickOutside={false} withCloseButton={false}>
      <Stack gap="md">
        <Text size="sm">{text}</Text>
        <code className={classes.secret}>{secret}</code>
        <Alert color="orange" variant="light" icon={<IconEyeOff size={18} />}>
          {t('settings:onceOnly')}
        </Alert>
        <Group justify="space-between">
          <CopyButton value={secret} withText />
          <Button onClick={onClose}>{t('settings:onceKept')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
