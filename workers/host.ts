import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import type { HostLink } from '../activities/link.ts';
import { LinkRefused } from '../activities/link.ts';
import type { Env } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';
import type { registerRequestSchema, WorkerState } from '../contracts/worker-api.ts';
import { heartbeatResponseSchema, registerResponseSchema } from '../contracts/worker-api.ts';
import type { Reports } from './reports.ts';

const HEARTBEAT_MS = 10_000;
/** Every so many rounds the measurements are sent too; errors are in every one. */
const METRICS_EVERY = 3;
/** How long the last words may take, milliseconds: the process is to end. */
const LAST_WORDS_MS = 3_000;

export type Order = 'drain' | 'restart';

export interface HostOptions {
  link: Pick<HostLink, 'call'>;
  log: Logger;
  registration: z.input<typeof registerRequestSchema>;
  reports: Reports;
  /** Live numbers for the heartbeat: slots in use, open browsers. */
  measure(): Record<string, number>;
  /** Called when the API's order is another one than before. */
  onOrder(order: Order): void;
  /** Called with what every heartbeat's answer says of payloads. */
  onPayloads(told: { encrypt: boolean; keyId: string }): void;
}

/** The name under which this machine's processes appear, and its own queues are called. */
export function hostName(env: Env): string {
  return env.FLOTILLA_HOST_NAME ?? hostname();
}

/**
 * Registers this process with the API and keeps telling that it lives, what it measures and what went wrong. An API that
 * is away is no reason to stop working: everything is tried again at the next beat.
 */
export function keepRegistered({ link, log, registration, reports, measure, onOrder, onPayloads }: HostOptions) {
  let id: string | null = null;
  let state: WorkerState = 'ready';
  let ordered: Order | 'none' = 'none';
  let stopped = false;
  let wake = new AbortController();
  let untold = false;
  let whenRegistered: () => void = () => undefined;
  const registered = new Promise<void>((resolve) => {
    whenRegistered = resolve;
  });

  function hear(order: Order | 'none'): void {
    if (order === ordered) return;
    ordered = order;
    if (order !== 'none') onOrder(order);
  }

  async function register(): Promise<string> {
    const answer = await link.call('POST', '/api/workers/register', registration, registerResponseSchema);
    log.info({ workerId: answer.id }, 'registered');
    id = answer.id;
    if (answer.order === 'drain') state = 'drained';
    hear(answer.order);
    whenRegistered();
    return answer.id;
  }

  async function beat(): Promise<void> {
    const known = id ?? (await register());
    const body = { state, detail: measure() };
    const answer = await link.call('POST', `/api/workers/${known}/heartbeat`, body, heartbeatResponseSchema);
    if (answer.payloads) onPayloads(answer.payloads);
    hear(answer.order);
  }

  async function report(round: number): Promise<void> {
    if (id === null) return;
    await reports.errors(id);
    if (round % METRICS_EVERY === 0) await reports.metrics(id);
  }

  /** A worker that the API does not know registers anew at the next beat. */
  async function attempt(what: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (error instanceof LinkRefused && error.status === 404) id = null;
      else log.warn({ reason: String(error) }, `${what} not delivered`);
      return false;
    }
  }

  async function pause(signal?: AbortSignal): Promise<void> {
    await sleep(HEARTBEAT_MS, undefined, { ref: false, ...(signal ? { signal } : {}) }).catch(() => undefined);
  }

  /** Reports have a loop of their own: one that hangs is no reason to be taken for lost. */
  async function keepBeating(): Promise<void> {
    while (!stopped) {
      untold = false;
      await attempt('heartbeat', beat);
      if (!untold) await pause(wake.signal);
    }
  }
  async function keepReporting(): Promise<void> {
    await registered;
    for (let round = 0; !stopped; ) {
      if (await attempt('report', () => report(round))) round += 1;
      await pause();
    }
  }
  void keepBeating();
  void keepReporting();

  return {
    /** Resolves when the API has answered for the first time. */
    registered,

    /** Told at once, not only at the next beat. */
    tell(next: WorkerState): void {
      state = next;
      untold = true;
      wake.abort();
      wake = new AbortController();
    },

    /** Registers as a process that has just started: a restart that was ordered is done. */
    async again(): Promise<void> {
      state = 'ready';
      ordered = 'none';
      await attempt('registration', async () => void (await register()));
    },

    /** Says what is left to say, if the API hears it soon, and falls silent. */
    async stop(last?: WorkerState): Promise<void> {
      stopped = true;
      if (last) state = last;
      const known = id;
      if (known === null) return;
      const words = async () => {
        await attempt('report', () => reports.errors(known));
        await attempt('report', () => reports.metrics(known));
        await attempt('heartbeat', beat);
      };
      await Promise.race([words(), sleep(LAST_WORDS_MS, undefined, { ref: false })]);
    },
  };
}

export type Host = ReturnType<typeof keepRegistered>;
