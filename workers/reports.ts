import { z } from 'zod';
import type { HostLink } from '../activities/link.ts';
import { LinkRefused } from '../activities/link.ts';
import type { Logger } from '../config/logger.ts';
import type { Timing } from '../contracts/timings.ts';
import type { ErrorQueue } from './error-queue.ts';
import type { Timings } from './timings.ts';

const TIMINGS_AT_ONCE = 1_000;
const ERRORS_AT_ONCE = 100;
/** What the API refuses for these reasons may be accepted later: the worker is unknown, its token is not taken. */
const ACCEPTED_LATER = [401, 403, 404, 429];

export interface ReportsOptions {
  link: Pick<HostLink, 'call'>;
  log: Logger;
  timings: Timings;
  errors: ErrorQueue;
  measure(): Promise<Record<string, number>>;
}

/**
 * Tells the API what was measured and what went wrong. What could not be told is kept and told later: durations under
 * the number they were first sent with, so that a lost answer does not count them twice.
 */
export function createReports({ link, log, timings, errors, measure }: ReportsOptions) {
  let sequence = Date.now();
  let unanswered: { sequence: number; timings: Timing[] } | null = null;

  /** @returns whether to forget what was sent: it has arrived, or never will */
  async function deliver(path: string, body: unknown): Promise<boolean> {
    try {
      await link.call('POST', path, body, z.unknown());
      return true;
    } catch (error) {
      if (!(error instanceof LinkRefused) || ACCEPTED_LATER.includes(error.status)) throw error;
      log.error({ path, reason: error.message }, 'the API does not take a report');
      return true;
    }
  }

  return {
    /** @throws what the link throws while the API is away, LinkRefused 404 when the worker is not known there */
    async metrics(id: string): Promise<void> {
      if (!unanswered) {
        sequence += 1;
        unanswered = { sequence, timings: timings.take(TIMINGS_AT_ONCE) };
      }
      const metrics = { ...(await measure()), ...timings.rates() };
      if (await deliver(`/api/workers/${id}/metrics`, { metrics, ...unanswered })) unanswered = null;
    },

    /** Throws as `metrics` does. */
    async errors(id: string): Promise<void> {
      for (let taken = errors.take(ERRORS_AT_ONCE); taken.length > 0; taken = errors.take(ERRORS_AT_ONCE)) {
        try {
          await deliver(`/api/workers/${id}/errors`, { errors: taken });
        } catch (error) {
          errors.giveBack(taken);
          throw error;
        }
      }
    },
  };
}

export type Reports = ReturnType<typeof createReports>;
