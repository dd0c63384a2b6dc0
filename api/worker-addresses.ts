import { LRUCache } from 'lru-cache';
import type { Deps } from './deps.ts';

/** A host heartbeats many times in this. */
const REMEMBERED_MS = 5 * 60_000;

const seen = new WeakMap<Deps['db'], LRUCache<string, true>>();

function of({ db }: Pick<Deps, 'db'>): LRUCache<string, true> {
  const cache = seen.get(db) ?? new LRUCache<string, true>({ max: 1_000, ttl: REMEMBERED_MS });
  seen.set(db, cache);
  return cache;
}

/** Notes that a worker host called from this address. */
export function sawWorkerAt(deps: Pick<Deps, 'db'>, address: string): void {
  of(deps).set(address, true);
}

/** Where worker hosts called this process from in the last minutes. */
export function workerAddresses(deps: Pick<Deps, 'db'>): string[] {
  const cache = of(deps);
  cache.purgeStale();
  return [...cache.keys()];
}
