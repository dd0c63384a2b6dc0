import { useCallback } from 'react';
import { useSearchParams } from 'react-router';

export interface Address {
  get(name: string): string | undefined;
  /**
   * Changes one part. Filters replace the present address, so that the back button leaves the list; what opens (a
   * drawer) is a step of its own that the back button takes back.
   */
  set(name: string, value: string | null | undefined): void;
  /** Changes several parts at once: of changes one after the other in one moment, only the last would stay. */
  setAll(changes: Readonly<Record<string, string | null>>): void;
  clear(names: readonly string[]): void;
}

/** A page's filters and open drawer, kept in the address. @param steps the parts whose change is a step of its own */
export function useAddress(steps: readonly string[] = ['open']): Address {
  const [search, setSearch] = useSearchParams();
  const stepNames = steps.join();
  const set = useCallback(
    (name: string, value: string | null | undefined) => {
      setSearch(
        (before) => {
          const next = new URLSearchParams(before);
          if (value) next.set(name, value);
          else next.delete(name);
          return next;
        },
        { replace: !value || !stepNames.split(',').includes(name), preventScrollReset: true },
      );
    },
    [setSearch, stepNames],
  );
  const setAll = useCallback(
    (changes: Readonly<Record<string, string | null>>) => {
      setSearch(
        (before) => {
          const next = new URLSearchParams(before);
          for (const [name, value] of Object.entries(changes)) {
            if (value) next.set(name, value);
            else next.delete(name);
          }
          return next;
        },
        { replace: true, preventScrollReset: true },
      );
    },
    [setSearch],
  );
  const clear = useCallback(
    (names: readonly string[]) => {
      setSearch(
        (before) => {
          const next = new URLSearchParams(before);
          for (const name of names) next.delete(name);
          return next;
        },
        { replace: true, preventScrollReset: true },
      );
    },
    [setSearch],
  );
  return { get: (name) => search.get(name) ?? undefined, set, setAll, clear };
}
