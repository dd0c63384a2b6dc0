import { LRUCache } from 'lru-cache';

export interface Remembered<Source, Value, Key> {
  (source: Source, key: Key): Promise<Value>;
  /** Everything of this source is read anew; those who wait for a reading that has begun still get it. */
  forget(source: Source): void;
}

/** How many answers of one source are kept unless said otherwise; those asked for longest ago go first. */
const MOST_KEPT = 200;

/**
 * A reading that many ask for and that costs: its answer is kept for `ms` milliseconds, and those who ask while it is
 * being read share it. For `staleMs` beyond that the old answer is given at once while a new one is read. A failure is
 * not kept, and reaches those alone who wait for that reading. Apart for each source, so that two databases do not mix,
 * and for each key, which has to be JSON.
 */
export function remembered<Source extends object, Value, Key = void>(
  { ms, staleMs = 0, most = MOST_KEPT }: { ms: number; staleMs?: number; most?: number },
  read: (source: Source, key: Key) => Promise<Value>,
): Remembered<Source, Value, Key> {
  type Kept = { value: Value };
  const caches = new WeakMap<Source, LRUCache<string, Kept, { key: Key }>>();

  function cacheOf(source: Source) {
    const known = caches.get(source);
    if (known) return known;
    const cache = new LRUCache<string, Kept, { key: Key }>({
      max: most,
      ttl: ms,
      // Otherwise a timer is set for every millisecond in which somebody asks, to spare a look at the clock.
      ttlResolution: 0,
      noDeleteOnStaleGet: true,
      noDeleteOnFetchRejection: true,
      // A reading whose place went to another key still answers those who wait for it.
      ignoreFetchAbort: true,
      fetchMethod: async (_name, _old, { context }) => ({ value: await read(source, context.key) }),
    });
    caches.set(source, cache);
    return cache;
  }

  const ask = async (source: Source, key: Key): Promise<Value> => {
    const cache = cacheOf(source);
    const name = JSON.stringify(key) ?? '';
    const allowStale = cache.getRemainingTTL(name) > -staleMs;
    return (await cache.forceFetch(name, { allowStale, context: { key } })).value;
  };
  return Object.assign(ask, { forget: (source: Source) => void caches.delete(source) });
}
