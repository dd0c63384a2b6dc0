import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 200;

export interface UntilOptions {
  /** Gives up after so many milliseconds. */
  withinMs?: number;
  /** What to say then, beside the last value. */
  what: string;
}

/**
 * Looks again and again until `done` holds. What cannot be read just now (a part that is being killed) is read later.
 * @throws Error that names what was waited for and the last value seen
 */
export async function until<T>(read: () => Promise<T>, done: (value: T) => boolean, options: UntilOptions): Promise<T> {
  const deadline = Date.now() + (options.withinMs ?? 60_000);
  let last: unknown = 'nothing';
  while (Date.now() < deadline) {
    try {
      const value = await read();
      if (done(value)) return value;
      last = value;
    } catch (error) {
      last = error instanceof Error ? error.message : error;
    }
    await sleep(LOOK_MS);
  }
  throw new Error(`Waited in vain until ${options.what}. Last seen: ${JSON.stringify(last)?.slice(0, 1_500)}`);
}
