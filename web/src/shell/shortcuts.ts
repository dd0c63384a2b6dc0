import { useEffect, useSyncExternalStore } from 'react';
import { useNavigate } from 'react-router';
import { useMayRank } from '../api/session.tsx';
import { addressOf, NAVIGATION } from '../pages.tsx';

/** How long after `g` the second key is waited for. */
const SEQUENCE_MS = 1_200;

/** What the key beside K is called on this machine. */
export const MOD = /mac|iphone|ipad/i.test(navigator.userAgent) ? '⌘' : 'Ctrl';

type Open = 'palette' | 'help' | null;
let open: Open = null;
const watchers = new Set<() => void>();

function setOpen(next: Open): void {
  open = next;
  for (const watcher of watchers) watcher();
}

/** Which of the two that lie above every page is open. */
export const useOpen = (): Open =>
  useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => open,
  );

export const openPalette = (): void => setOpen('palette');
export const openHelp = (): void => setOpen('help');
export const closeOverlay = (): void => setOpen(null);

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable="true"]') !== null;

const dialogIsOpen = (): boolean => document.querySelector('[role="dialog"]') !== null;

/** The search of the page that is shown: the field that carries `data-search`. */
function focusSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>('#main [data-search]');
  field?.focus();
  field?.select();
  return field !== null;
}

/** `⌘K`, `?`, `/`, `c`, and `g` followed by a page's own key. Letters do nothing while someone types or in dialogs. */
export function useShortcuts(): void {
  const navigate = useNavigate();
  const may = useMayRank();
  useEffect(() => {
    let goAt = 0;
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      const mod = event.metaKey || event.ctrlKey;
      // The place of the key, so that it works on a Russian keyboard too.
      if (mod && !event.altKey && !event.shiftKey && event.code === 'KeyK') {
        event.preventDefault();
        setOpen(open === 'palette' ? null : 'palette');
        return;
      }
      if (mod || event.altKey || isTyping(event.target) || dialogIsOpen()) return;
      const letter = event.code.startsWith('Key') ? event.code.slice(3).toLowerCase() : '';
      if (goAt > 0 && Date.now() - goAt < SEQUENCE_MS && letter) {
        goAt = 0;
        const page = NAVIGATION.find(({ nav, role }) => nav.key === letter && may(role ?? 'viewer'));
        if (page) {
          event.preventDefault();
          void navigate(addressOf(page));
        }
        return;
      }
      goAt = 0;
      if (event.key === '?') setOpen('help');
      else if (event.key === '/' || (event.code === 'Slash' && !event.shiftKey)) {
        if (!focusSearch()) return;
      } else if (letter === 'g' && !event.shiftKey) goAt = Date.now();
      else if (letter === 'c' && !event.shiftKey && may('operator')) void navigate('/tasks/new');
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [navigate, may]);
}
