import type { Logger } from '../../config/logger.ts';
import { TaskError } from '../../contracts/errors.ts';
import type { LogInReason } from '../../contracts/worker-api.ts';
import type { ApiDriver, ApiHandle, Credentials, StepOptions } from '../platforms/driver.ts';
import type { AccountSession, StepRequest, StepWork } from '../sessions/account-session.ts';
import type { AccountSecret, LeaseProof, WorkerLink } from '../sessions/link.ts';
import { afterCode } from '../sessions/refused-code.ts';
import { secretsOfAccount } from '../sessions/secrets.ts';
import { toStepError } from '../sessions/step-error.ts';
import { trackSubmits } from '../sessions/track-submits.ts';
import { createAccountFetch, type NetworkGuards } from './fetch.ts';

export interface ApiAccountParts {
  driver: ApiDriver;
  secret: AccountSecret;
  proof: LeaseProof;
  connect: Pick<WorkerLink, 'saveSession'>;
  log: Logger;
  guards: NetworkGuards;
}

/** Shorter values of a stored session are settings, not secrets, and would be found everywhere. */
const LEAST_TOKEN_CHARS = 16;

/** The texts in a stored session that may be tokens, whatever the driver keeps there. */
export function secretsOfSession(session: unknown): string[] {
  if (typeof session === 'string') return session.length >= LEAST_TOKEN_CHARS ? [session] : [];
  if (typeof session !== 'object' || session === null) return [];
  return Object.values(session).flatMap(secretsOfSession);
}

/** One account over an API. Its credentials and tokens are in this closure and nowhere else. */
export function createApiAccount(parts: ApiAccountParts): AccountSession<ApiHandle> {
  const { driver, secret, proof, connect, log, guards } = parts;
  const ending = new AbortController();
  const confirmedPostIds: string[] = [];
  const seenSecrets = new Set([...secretsOfAccount(secret), ...secretsOfSession(secret.storageState)]);
  let answer = secret.challengeAnswer;
  if (answer) seenSecrets.add(answer);
  let state: unknown = secret.storageState;
  let savedState = JSON.stringify(state);
  /** Why it was logged in, until that has been told with the session that came of it. */
  let loggedIn: LogInReason | null = null;
  let stepSignal = ending.signal;
  let tail: Promise<unknown> = Promise.resolve();

  const network = createAccountFetch(secret.proxy, () => stepSignal, guards);
  const handle: ApiHandle = {
    fetch: network.fetch,
    readSession: () => structuredClone(state),
    keepSession(session) {
      state = structuredClone(session);
      for (const found of secretsOfSession(state)) seenSecrets.add(found);
    },
  };

  /** Keeps what a step changed. A failure to save is no failure of the step: it is tried again after the next one. */
  async function saveIfChanged(): Promise<void> {
    const text = JSON.stringify(state);
    if (text === savedState) return;
    try {
      await connect.saveSession({ ...proof, storageState: state, ...(loggedIn ? { loggedIn } : {}) });
      savedState = text;
      loggedIn = null;
    } catch (error) {
      const reason = toStepError(error, [...seenSecrets]).message;
      log.warn({ accountId: proof.accountId, reason }, 'session not saved');
    }
  }

  /** A person's answer goes with the first log-in: asking without it would make the platform send another code. */
  async function logIn(options: StepOptions, reason: LogInReason): Promise<void> {
    const { username, password, totpSecret, email } = secret;
    const credentials: Credentials = { username, password, totpSecret, email };
    const given = answer;
    answer = null;
    if (given !== null) credentials.challengeAnswer = given;
    try {
      await driver.logIn(handle, credentials, options);
      loggedIn = reason;
    } catch (error) {
      const isChallenge = error instanceof TaskError && error.type === 'ChallengeRequired';
      throw given !== null && isChallenge ? afterCode(error, error) : error;
    }
  }

  async function enter(_handle: ApiHandle, options: StepOptions, forceLogIn: boolean): Promise<'reused' | 'logged-in'> {
    const mayReuse = state !== null && !forceLogIn;
    if (mayReuse && (await driver.checkSession(handle, secret.username, options)) === 'valid') return 'reused';
    await logIn(options, state === null ? 'none' : forceLogIn ? 'ordered' : 'expired');
    return 'logged-in';
  }

  async function runStep<T>(work: StepWork<T, ApiHandle>, request: StepRequest): Promise<T> {
    const signal = AbortSignal.any([request.signal, ending.signal]);
    stepSignal = signal;
    const options: StepOptions = { signal, progress: request.progress };
    const submits = trackSubmits(driver, (post) => confirmedPostIds.push(post.id));
    try {
      signal.throwIfAborted();
      try {
        return await work(handle, submits.driver, options);
      } catch (error) {
        if (!(error instanceof TaskError && error.type === 'SessionExpired') || submits.mayHaveSubmitted()) throw error;
        await logIn(options, 'expired');
        return await work(handle, submits.driver, options);
      }
    } catch (error) {
      throw toStepError(error, [...seenSecrets], { aborted: signal, submitted: submits.mayHaveSubmitted() });
    } finally {
      await saveIfChanged();
    }
  }

  return {
    lost: ending.signal,
    confirmedPostIds,
    peek: () => null,
    enter,
    step(_name, work, request) {
      const turn = tail.then(() => runStep(work, request));
      tail = turn.catch(() => undefined);
      return turn;
    },
    async end(reason) {
      ending.abort(reason);
      await tail;
      await network.close();
    },
  };
}
