export interface RateLimit {
  /** Counts one request; answers the seconds to wait when it is one too many, else 0. */
  take(key: string): number;
  clear(): void;
}

/** So many requests a key in each minute that starts with the key's first request. */
export function createRateLimit(perMinute: number, now: () => number = Date.now): RateLimit {
  const windows = new Map<string, { endsAt: number; used: number }>();
  return {
    take: (key) => {
      const time = now();
      let window = windows.get(key);
      if (!window || window.endsAt <= time) {
        window = { endsAt: time + 60_000, used: 0 };
        windows.set(key, window);
      }
      window.used += 1;
      return window.used <= perMinute ? 0 : Math.max(1, Math.ceil((window.endsAt - time) / 1000));
    },
    clear: () => windows.clear(),
  };
}
