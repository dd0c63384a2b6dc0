import type { Site } from './site.ts';

/**
 * Publishes each post when its processing is over, also those that a stop of the site left behind.
 * @returns a function that stops the waiting; what is unpublished then goes on at the next start
 */
export function startPublishing({ store, processingDelayMs, log }: Site): () => void {
  const timers = new Set<NodeJS.Timeout>();

  function publishLater(id: string, delayMs: number): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (!store.state.posts.has(id)) return;
      store.record({ type: 'postPublished', id }).catch((err: unknown) => log.error({ err, id }, 'not published'));
    }, delayMs);
    timers.add(timer);
  }

  for (const { id, publishedAt, createdAt } of store.state.posts.values()) {
    if (publishedAt === null) publishLater(id, Math.max(0, Date.parse(createdAt) + processingDelayMs - Date.now()));
  }
  store.onPosted(({ id }) => {
    if (processingDelayMs > 0) publishLater(id, processingDelayMs);
  });
  return () => {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
  };
}
