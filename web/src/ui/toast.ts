import { notifications } from '@mantine/notifications';
import { messageOf } from '../api/problem.ts';

export const sayDone = (message: string): void => {
  notifications.show({ message, color: 'tide' });
};

export const sayFailed = (error: unknown, title = 'That did not work'): void => {
  notifications.show({ title, message: messageOf(error), color: 'red', autoClose: 8_000 });
};
