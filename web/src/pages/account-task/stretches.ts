import { ACCOUNT_TASK_STATES, type AccountTaskState, FINAL_ACCOUNT_TASK_STATES } from '../../../../contracts/states.ts';
import type { AccountTask } from '../../api/types.ts';

export type TimelineEvent = AccountTask['timeline'][number];

/** A time in one state, from the event that began it to the one that ended it. */
export interface Stretch {
  id: string;
  state: AccountTaskState;
  from: string;
  /** Null while it lasts, and of a state that is the end. */
  to: string | null;
  /** Which time at work it is, from 1; null of other states. */
  turn: number | null;
  reason: string | undefined;
  errorType: string | undefined;
  /** What happened meanwhile: challenges, evidence, notes. */
  events: TimelineEvent[];
}

export const fieldOf = (data: unknown, name: string): string | undefined => {
  const value = typeof data === 'object' && data !== null ? (data as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
};

export const isEnd = (state: AccountTaskState): boolean =>
  (FINAL_ACCOUNT_TASK_STATES as readonly AccountTaskState[]).includes(state);

const stateOf = (event: TimelineEvent): AccountTaskState | undefined =>
  event.type === 'account-task' ? ACCOUNT_TASK_STATES.find((state) => state === fieldOf(event.data, 'to')) : undefined;

/**
 * The events of an account task, oldest first, as times in one state after another, each with what happened during it.
 * What comes before the first change of state is of the time in the queue.
 */
export function stretchesOf(events: readonly TimelineEvent[]): Stretch[] {
  const stretches: Stretch[] = [];
  let turn = 0;
  const begin = (event: TimelineEvent, state: AccountTaskState): Stretch => {
    if (state === 'running') turn += 1;
    const stretch: Stretch = {
      id: event.id,
      state,
      from: event.at,
      to: null,
      turn: state === 'running' ? turn : null,
      reason: fieldOf(event.data, 'reason'),
      errorType: fieldOf(event.data, 'errorType'),
      events: [],
    };
    stretches.push(stretch);
    return stretch;
  };
  for (const event of events) {
    const state = stateOf(event);
    const last = stretches.at(-1);
    if (state) {
      if (last && !isEnd(last.state)) last.to = event.at;
      begin(event, state);
    } else {
      const open = last ?? begin({ ...event, id: `before ${event.id}`, data: {} }, 'pending');
      open.events.push(event);
    }
  }
  return stretches;
}

/** How long a stretch lasted or has lasted, milliseconds; null of an end, which does not last. */
export function lengthOf({ state, from, to }: Stretch, now: number): number | null {
  if (isEnd(state)) return null;
  return Math.max(0, (to ? Date.parse(to) : now) - Date.parse(from));
}

/** What happened during a stretch: a try of a step that went wrong, with what was kept of it, or anything else. */
export type Happening =
  | {
      id: string;
      at: string;
      step: string;
      /** Which try of the step it was in this stretch, from 1. */
      nth: number;
      /** From the try before it, or from the beginning of the stretch, milliseconds. */
      ms: number;
      screenshot?: string;
      trace?: string;
    }
  | { id: string; at: string; event: TimelineEvent };

type Try = Extract<Happening, { nth: number }>;

/** Evidence is kept once for each try that went wrong: a screenshot and a trace, one after the other. */
export function happeningsOf({ from, events }: Stretch): Happening[] {
  const happenings: Happening[] = [];
  const nths = new Map<string, number>();
  let last = from;
  for (const event of events) {
    const step = fieldOf(event.data, 'step');
    const evidenceId = fieldOf(event.data, 'evidenceId');
    const kind = fieldOf(event.data, 'kind');
    if (event.type !== 'evidence' || !step || !evidenceId || (kind !== 'screenshot' && kind !== 'trace')) {
      happenings.push({ id: event.id, at: event.at, event });
      continue;
    }
    const before = happenings.at(-1);
    if (before && 'nth' in before && before.step === step && before[kind] === undefined && kind === 'trace') {
      before.trace = evidenceId;
      last = event.at;
      continue;
    }
    const nth = (nths.get(step) ?? 0) + 1;
    nths.set(step, nth);
    const ms = Math.max(0, Date.parse(event.at) - Date.parse(last));
    const made: Try = { id: event.id, at: event.at, step, nth, ms, [kind]: evidenceId };
    happenings.push(made);
    last = event.at;
  }
  return happenings;
}
