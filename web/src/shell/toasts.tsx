import { useNotifications } from '@mantine/notifications';
import { Suspense, useEffect, useRef } from 'react';
import { part } from '../ui/part.tsx';

const read = async () => (await import('./toasts-drawn.tsx')).ToastsDrawn;
const Drawn = part(read, () => null);

/** Once the page stands, and nothing else is to be done. */
const whenIdle = (act: () => void): void => {
  if ('requestIdleCallback' in window) requestIdleCallback(act);
  else setTimeout(act, 1_000);
};

/** What was said at the edge of the window, kept until it can be drawn. */
export function Toasts() {
  const { notifications, queue } = useNotifications();
  const ever = useRef(false);
  // No part of the first load, but read before it is needed: what is said without a connection must be seen.
  useEffect(() => whenIdle(() => void read().catch(() => undefined)), []);
  if (notifications.length + queue.length > 0) ever.current = true;
  return <Suspense fallback={null}>{ever.current && <Drawn />}</Suspense>;
}
