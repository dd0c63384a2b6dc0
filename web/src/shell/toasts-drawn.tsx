import { Notifications } from '@mantine/notifications';

/** The toasts themselves: what moves and places them, in a file of its own so that it is read when there is one. */
export const ToastsDrawn = () => <Notifications position="bottom-right" limit={4} />;
