import { useEffect, useMemo, useRef } from 'react';

/** Runs one at a time. Asked again meanwhile, it runs once more afterwards: the last news is never lost. */
export function useSerial(run: () => Promise<unknown>): () => void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  return useMemo(() => {
    let running = false;
    let again = false;
    const go = async (): Promise<void> => {
      if (running) {
        again = true;
        return;
      }
      running = true;
      do {
        again = false;
        // Queries show their own errors.
        await latest.current().catch(() => undefined);
      } while (again);
      running = false;
    };
    return () => void go();
  }, []);
}
