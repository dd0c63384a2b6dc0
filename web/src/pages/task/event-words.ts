import type { TaskEvent } from '../../api/types.ts';
import { shared, t } from '../../i18n/index.ts';
import { formatCount, titleOf } from '../../ui/format.ts';
import { ACCOUNT_TASK_LOOKS, BULK_LOOKS } from '../../ui/states.tsx';

const QUIET = 'var(--fl-skipped)';

/** In the colour of the state that the task was brought to, where it was brought to another. */
export function colorOfEvent({ what, state }: TaskEvent): string {
  if (what === 'started' || what === 'resumed' || what === 'approved' || what === 'retry') return 'var(--fl-running)';
  if (what === 'breaker') return 'var(--fl-failed)';
  if (what === 'canary-waiting') return 'var(--fl-parked)';
  return what === 'paused' || what === 'ended' ? BULK_LOOKS[state].color : QUIET;
}

/** What happened, in the reader's language. */
export function titleOfEvent(event: TaskEvent): string {
  const { what, state, count, canary, window, windowBefore } = event;
  switch (what) {
    case 'made':
      return t(state === 'scheduled' ? 'task:events.scheduled' : 'task:events.made', { count: count ?? 0 });
    case 'window':
      return windowBefore === null
        ? t('task:atOnce', { n: formatCount(window) })
        : t('task:events.window', { before: formatCount(windowBefore), after: formatCount(window) });
    case 'canary-running':
    case 'canary-waiting':
      return t(`task:events.${what}`, { count: canary?.size ?? 0 });
    case 'retry':
      return t('task:events.retry', { count: count ?? 0 });
    case 'ended':
      return state === 'cancelled' && count !== null ? t('task:events.neverBegun') : BULK_LOOKS[state].label;
    case 'changed':
      return BULK_LOOKS[state].label;
    default:
      return t(`task:events.${what}`);
  }
}

/** More about it: which failures were meant, or why it came to it. */
export function detailOfEvent({ what, only, by, reason }: TaskEvent): string | null {
  if (what === 'retry') {
    if (!only) return null;
    const parts = [
      only.type && shared(titleOf(only.type)),
      only.fingerprint && t('task:events.oneCause'),
      only.state && ACCOUNT_TASK_LOOKS[only.state === 'partial' ? 'partial' : 'failed'].label,
      only.q && t('task:filter.name', { text: only.q }),
      only.chosen !== null && t('task:events.chosen', { count: only.chosen }),
    ];
    return parts.filter(Boolean).join(' · ') || null;
  }
  if (what === 'breaker' || what === 'changed' || (what === 'paused' && by === null)) return reason;
  return null;
}
