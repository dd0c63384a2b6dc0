import type { z } from 'zod';
import type { errorsRequestSchema } from '../contracts/worker-api.ts';

export type WorkerError = z.input<typeof errorsRequestSchema>['errors'][number];

const MINUTE_MS = 60_000;
/** So many different errors are told one by one in a minute; then like ones of several accounts become one. */
const SINGLY_PER_MINUTE = 60;
/** So many entries wait at most, however long the API is away. */
const MOST_WAITING = 500;

const TOO_MANY = 'More different errors came at once than are told one by one; these were only counted.';

const causeOf = ({ type, message, kind, platform, step }: WorkerError) =>
  JSON.stringify([type, message, kind, platform, step]);
const identityOf = (error: WorkerError) => `${causeOf(error)} ${error.accountTaskId ?? ''}`;

interface Entry {
  error: WorkerError;
  count: number;
}

/**
 * Errors on their way to the API. The same error again within a minute is counted, not repeated; what there are too many
 * of is gathered by cause, and in the end only counted: a platform that is down must not flood the log of errors.
 */
export function createErrorQueue(now: () => number = Date.now) {
  /** What this minute holds; the entries of a minute that is over are never added to again. */
  const minute = new Map<string, Entry>();
  let minuteBegan = now();
  let waiting: Entry[] = [];

  /** Errors that are only counted. */
  let untold = 0;

  function put(key: string, error: WorkerError): void {
    const known = minute.get(key);
    if (known && waiting.includes(known)) {
      known.count += 1;
    } else if (waiting.length < MOST_WAITING) {
      const entry = { error, count: 1 };
      minute.set(key, entry);
      waiting.push(entry);
    } else {
      untold += 1;
    }
  }

  return {
    add(error: WorkerError): void {
      if (now() - minuteBegan >= MINUTE_MS) {
        minute.clear();
        minuteBegan = now();
      }
      const identity = identityOf(error);
      const cause = causeOf(error);
      const { accountTaskId: _account, runId: _run, ...shared } = error;
      if (minute.has(identity) || minute.size < SINGLY_PER_MINUTE) put(identity, error);
      else if (minute.has(cause) || minute.size < 2 * SINGLY_PER_MINUTE) put(cause, shared);
      else untold += 1;
    },

    /** The oldest up to `most`, to be told now. */
    take(most: number): WorkerError[] {
      const taken = waiting.slice(0, most);
      waiting = waiting.slice(most);
      if (untold > 0 && taken.length < most) {
        taken.push({ error: { type: 'TooManyErrors', message: TOO_MANY }, count: untold });
        untold = 0;
      }
      return taken.map(({ error, count }) => (count === 1 ? error : { ...error, detail: { ...error.detail, count } }));
    },

    /** Puts back what could not be told, before what has come since. */
    giveBack(errors: readonly WorkerError[]): void {
      const entries = errors.map((error) => ({ error, count: Number(error.detail?.count ?? 1) }));
      waiting = [...entries, ...waiting].slice(0, MOST_WAITING);
    },
  };
}

export type ErrorQueue = ReturnType<typeof createErrorQueue>;
