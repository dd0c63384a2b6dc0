import type { Page } from 'playwright-core';
import type { AddressGuard } from '../../config/address-guard.ts';
import type { Logger } from '../../config/logger.ts';
import { TaskError } from '../../contracts/errors.ts';
import type { LogInReason } from '../../contracts/worker-api.ts';
import type { BrowserDriver, StepOptions } from '../platforms/driver.ts';
import { pinProxy } from '../proxies/pinned.ts';
import type { AccountSession, StepRequest, StepWork } from '../sessions/account-session.ts';
import type { AccountSecret, LeaseProof, StorageState, WorkerLink } from '../sessions/link.ts';
import { afterCode } from '../sessions/refused-code.ts';
import { secretsOfAccount, secretsOfState, totpCodesBetween } from '../sessions/secrets.ts';
import { toStepError } from '../sessions/step-error.ts';
import { trackSubmits } from '../sessions/track-submits.ts';
import type { Evidence, Recorder } from './evidence.ts';
import type { BrowserPool, PooledContext } from './pool.ts';

export interface BrowserAccountParts {
  pool: BrowserPool;
  driver: BrowserDriver;
  secret: AccountSecret;
  proof: LeaseProof;
  connect: Pick<WorkerLink, 'saveSession'>;
  evidence: Evidence;
  log: Logger;
  /** Which addresses of proxies may be connected to. */
  guard: Pick<AddressGuard, 'pin'>;
}

/** One account in a context of its own. */
export function createBrowserAccount(parts: BrowserAccountParts): AccountSession<Page> {
  const { pool, driver, secret, proof, connect, evidence, log, guard } = parts;
  const stored = secret.storageState as StorageState | null;
  const ending = new AbortController();
  const confirmedPostIds: string[] = [];
  const logIns: { fromMs: number; toMs: number }[] = [];
  const seenSecrets = new Set([...secretsOfAccount(secret), ...secretsOfState(stored)]);
  let answer = secret.challengeAnswer;
  if (answer) seenSecrets.add(answer);
  let state: StorageState | null = stored;
  let savedState = JSON.stringify(state);
  /** Why it was logged in, until that has been told with the session that came of it. */
  let loggedIn: LogInReason | null = null;
  /** Why the last log-in was tried; one that a challenge stopped is ended by the code. */
  let asked: LogInReason = 'none';
  let place: { pooled: PooledContext; recorder: Recorder } | null = null;
  let page: Page | null = null;
  let pageCrashed = false;
  let tail: Promise<unknown> = Promise.resolve();

  function knownSecrets(): string[] {
    const seed = secret.totpSecret;
    const codes = seed ? logIns.flatMap(({ fromMs, toMs }) => totpCodesBetween(seed, fromMs, toMs)) : [];
    return [...seenSecrets, ...codes];
  }

  /** The context and its page; a dead one (crashed browser, page closed by an abort) is replaced with the last state. */
  async function livePage(signal: AbortSignal): Promise<{ page: Page; recorder: Recorder }> {
    if (place?.pooled.gone.aborted) {
      await place.pooled.release();
      place = null;
    }
    if (!place) {
      const { proxy, timeZone } = secret;
      const checked = proxy && (await pinProxy(proxy, guard));
      const pooled = await pool.acquireContext({ storageState: state, proxy: checked, timeZone, signal });
      try {
        place = { pooled, recorder: await evidence.record(pooled.context) };
      } catch (error) {
        await pooled.release();
        throw error;
      }
      page = null;
    }
    if (page && pageCrashed) await page.close().catch(() => undefined);
    if (!page || page.isClosed()) {
      page = await place.pooled.context.newPage();
      pageCrashed = false;
      page.on('crash', () => {
        pageCrashed = true;
      });
    }
    return { page, recorder: place.recorder };
  }

  /** Keeps what a step changed. A failure to save is no failure of the step: it is tried again after the next one. */
  async function saveIfChanged(): Promise<void> {
    if (!place || place.pooled.gone.aborted || ending.signal.aborted) return;
    try {
      state = await place.pooled.context.storageState();
      for (const found of secretsOfState(state)) seenSecrets.add(found);
      const text = JSON.stringify(state);
      if (text === savedState) return;
      await connect.saveSession({ ...proof, storageState: state, ...(loggedIn ? { loggedIn } : {}) });
      savedState = text;
      loggedIn = null;
    } catch (error) {
      log.warn({ accountId: proof.accountId, reason: toStepError(error, knownSecrets()).message }, 'session not saved');
    }
  }

  async function logIn(target: Page, options: StepOptions, reason: LogInReason): Promise<void> {
    const period = { fromMs: Date.now(), toMs: Date.now() };
    logIns.push(period);
    asked = reason;
    const { username, password, totpSecret, email } = secret;
    try {
      await driver.logIn(target, { username, password, totpSecret, email }, options);
      loggedIn = reason;
    } finally {
      period.toMs = Date.now();
    }
  }

  /** Runs `work`; where it meets a challenge that a person has answered, gives the answer. */
  async function answering<T>(target: Page, options: StepOptions, work: () => Promise<T>): Promise<T | 'answered'> {
    try {
      return await work();
    } catch (error) {
      const isChallenge = error instanceof TaskError && error.type === 'ChallengeRequired';
      if (!isChallenge || answer === null || !driver.answerChallenge) throw error;
      const code = answer;
      answer = null;
      await driver.answerChallenge(target, code, options).catch((refusal: unknown) => {
        // Nothing took the code yet: it is for the challenge that follows the log-in.
        if (refusal instanceof TaskError && refusal.type === 'SessionExpired') answer = code;
        throw afterCode(error, refusal);
      });
      loggedIn = asked;
      return 'answered';
    }
  }

  async function enter(target: Page, options: StepOptions, forceLogIn: boolean): Promise<'reused' | 'logged-in'> {
    const check = () => driver.checkSession(target, secret.username, options);
    if (state && !forceLogIn) {
      const found = await answering(target, options, check);
      if (found === 'valid' || (found === 'answered' && (await check()) === 'valid')) return 'reused';
    }
    const reason = state === null ? 'none' : forceLogIn ? 'ordered' : 'expired';
    await answering(target, options, () => logIn(target, options, reason));
    return 'logged-in';
  }

  async function runStep<T>(name: string, work: StepWork<T, Page>, request: StepRequest): Promise<T> {
    const signal = AbortSignal.any([request.signal, ending.signal]);
    const options: StepOptions = { signal, progress: request.progress };
    const submits = trackSubmits(driver, (post) => confirmedPostIds.push(post.id));
    let recorder: Recorder | null = null;
    try {
      signal.throwIfAborted();
      const live = await livePage(signal);
      recorder = request.withoutEvidence ? null : live.recorder;
      await recorder?.begin(name);
      // The lease may have been lost while the page was made.
      signal.throwIfAborted();
      let result: T;
      try {
        result = await work(live.page, submits.driver, options);
      } catch (error) {
        if (!(error instanceof TaskError && error.type === 'SessionExpired') || submits.mayHaveSubmitted()) throw error;
        await answering(live.page, options, () => logIn(live.page, options, 'expired'));
        result = await work(live.page, submits.driver, options);
      }
      await saveIfChanged();
      await recorder?.discard().catch(() => undefined);
      return result;
    } catch (error) {
      await saveIfChanged();
      const known = knownSecrets();
      const clean = toStepError(error, known, { aborted: signal, submitted: submits.mayHaveSubmitted() });
      if (!(clean instanceof TaskError)) throw clean;
      const { accountTaskId } = request;
      const evidenceIds = ending.signal.aborted
        ? []
        : ((await recorder?.capture({ page, accountTaskId, step: name, secrets: known })) ?? []);
      throw new TaskError(clean.type, clean.message, { ...clean.details, evidenceIds });
    }
  }

  return {
    lost: ending.signal,
    confirmedPostIds,
    peek: () => (page && !page.isClosed() && place && !place.pooled.gone.aborted ? page : null),
    enter,
    step(name, work, request) {
      const turn = tail.then(() => runStep(name, work, request));
      tail = turn.catch(() => undefined);
      return turn;
    },
    async end(reason) {
      ending.abort(reason);
      await place?.pooled.release();
      await tail;
      await place?.pooled.release();
    },
  };
}
