import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { messageOf } from '../api/problem.ts';
import { t } from '../i18n/index.ts';

const UNDO_MS = 10_000;

const closeButton = (): { 'aria-label': string } => ({ 'aria-label': t('close') });

export const sayDone = (message: string): void => {
  notifications.show({ message, color: 'tide', closeButtonProps: closeButton() });
};

export const sayFailed = (error: unknown, title = t('error.title')): void => {
  notifications.show({
    title,
    message: messageOf(error),
    color: 'red',
    autoClose: 8_000,
    role: 'alert',
    closeButtonProps: closeButton(),
  });
};

/** Says what was done, with a button that takes it back for as long as the message stands. */
export function sayUndoable(message: string, undo: () => Promise<unknown>): void {
  const id = notifications.show({
    color: 'tide',
    autoClose: UNDO_MS,
    closeButtonProps: closeButton(),
    message: (
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Text span size="sm">
          {message}
        </Text>
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => {
            notifications.hide(id);
            undo().then(
              () => sayDone(t('undo.done')),
              (error: unknown) => sayFailed(error),
            );
          }}
        >
          {t('undo')}
        </Button>
      </Group>
    ),
  });
}
