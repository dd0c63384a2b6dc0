import { useCallback, useSyncExternalStore } from 'react';

const WIDTHS = { sm: 768, md: 1024, lg: 1280, xl: 1440 } as const;
export type Breakpoint = keyof typeof WIDTHS;

const queries = Object.values(WIDTHS).map((width) => window.matchMedia(`(min-width: ${width}px)`));
const widthNow = (): number => queries.filter((query) => query.matches).length;

function subscribe(watcher: () => void): () => void {
  for (const query of queries) query.addEventListener('change', watcher);
  return () => {
    for (const query of queries) query.removeEventListener('change', watcher);
  };
}

/** Tells whether the window is at least as wide as a breakpoint; the same function until one is crossed. */
export function useWide(): (breakpoint: Breakpoint) => boolean {
  const reached = useSyncExternalStore(subscribe, widthNow);
  return useCallback((breakpoint) => Object.keys(WIDTHS).indexOf(breakpoint) < reached, [reached]);
}
