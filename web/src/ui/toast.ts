import { notifications } from '@mantine/notifications';
import { messageOf } from '../api/problem.ts';
import { t } from '../i18n/index.ts';

export const sayDone = (message: string): void => {
  notifications.show({ message, color: 'tide' });
};

export const sayFailed = (error: unknown, title = t('error.title')): void => {
  notifications.show({ title, message: messageOf(error), color: 'red', autoClose: 8_000 });
};
