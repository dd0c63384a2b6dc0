import { useEffect, useRef } from 'react';

/** Does something every `everyMs` while somebody looks, for what no event tells of; at once when they come back. */
export function useCalmly(everyMs: number, action: () => void): void {
  const latest = useRef(action);
  useEffect(() => {
    latest.current = action;
  });
  useEffect(() => {
    let lastAt = Date.now();
    const act = (): void => {
      if (document.hidden) return;
      lastAt = Date.now();
      latest.current();
    };
    const onVisibility = (): void => {
      if (Date.now() - lastAt >= everyMs) act();
    };
    const timer = setInterval(act, everyMs);
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [everyMs]);
}
