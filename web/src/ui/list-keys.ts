import { useEffect, useRef } from 'react';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input:not([type="checkbox"]), textarea, [role="combobox"]') !== null;

/** The letter of a key by its place, so that `j` and `k` are there on a Russian keyboard too. */
export const letterOf = (code: string): string => (code.startsWith('Key') ? code.slice(3).toLowerCase() : code);

/**
 * `j` and `k` move through the page's list wherever the focus is, unless someone types or a dialog is open.
 * @param move told 1 for the next, -1 for the one before
 */
export function useListKeys(enabled: boolean, move: (by: 1 | -1) => void): void {
  const latest = useRef(move);
  useEffect(() => {
    latest.current = move;
  });
  useEffect(() => {
    if (!enabled) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || event.shiftKey) return;
      const letter = letterOf(event.code);
      if ((letter !== 'j' && letter !== 'k') || isTyping(event.target)) return;
      if (document.querySelector('[role="dialog"]')) return;
      event.preventDefault();
      latest.current(letter === 'j' ? 1 : -1);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [enabled]);
}
