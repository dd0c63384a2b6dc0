import { useNotifications } from '@mantine/notifications';
import { lazy, Suspense, useRef } from 'react';

const Drawn = lazy(async () => ({ default: (await import('./toasts-drawn.tsx')).ToastsDrawn }));

/** What was said at the edge of the window; drawing it is read with the first thing said, which is kept until then. */
export function Toasts() {
  const { notifications, queue } = useNotifications();
  const ever = useRef(false);
  if (notifications.length + queue.length > 0) ever.current = true;
  return <Suspense fallback={null}>{ever.current && <Drawn />}</Suspense>;
}
