import type { Locator, Page, Request, Response } from 'playwright-core';
import { TaskError } from '../../contracts/errors.ts';
import { say } from '../../contracts/said.ts';
import type { StepOptions } from './driver.ts';

/** What any driver of pages needs: bounded waits, prompt stops, and errors of the table instead of Playwright's. */

const PAGE_TIMEOUT_MS = 30_000;
const ELEMENT_TIMEOUT_MS = 10_000;
const ERROR_PAGE_TIMEOUT_MS = 2_000;
const CLOSE_AGAIN_MS = 500;

/** Chromium's codes for a proxy that cannot be reached, refuses, or does not speak its protocol. */
const PROXY_CODES = /^ERR_(PROXY_|TUNNEL_|SOCKS_|NO_SUPPORTED_PROXIES|UNEXPECTED_PROXY_AUTH|MANDATORY_PROXY_)/;

/** Chromium's network error code in a message, e.g. `ERR_CONNECTION_RESET`; null when there is none. */
function networkCode(text: string): string | null {
  return /net::(ERR_\w+)/.exec(text)?.[1] ?? null;
}

/** What a request that got no answer means. @param text Playwright's message or the request's failure text */
export function networkError(text: string): TaskError {
  const code = networkCode(text);
  if (code !== null && PROXY_CODES.test(code)) {
    return new TaskError('ProxyFailed', say('page.not-loaded-proxy', { code }));
  }
  return new TaskError('Unavailable', code === null ? say('page.not-loaded-late') : say('page.not-loaded', { code }));
}

function toTaskError(error: unknown): TaskError {
  if (error instanceof TaskError) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (networkCode(text)) return networkError(text);
  if (/crashed|has been closed/i.test(text)) return new TaskError('Unavailable', 'The page crashed or was closed.');
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new TaskError('PageChanged', 'The page did not react in time.');
  }
  // Playwright's messages can hold what was typed: only the kind of error is told.
  return new TaskError('Unavailable', say('page.not-worked', { code: error instanceof Error ? error.name : 'error' }));
}

/** Chromium forgets a request to close that comes while it goes from one document to the next, so it is asked again. */
async function closeSurely(page: Page): Promise<void> {
  const askAgain = async () => {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Page.close');
  };
  const timer = setInterval(() => void askAgain().catch(() => undefined), CLOSE_AGAIN_MS);
  try {
    await page.close();
  } catch {
    // It went away with its browser.
  } finally {
    clearInterval(timer);
  }
}

/**
 * Runs one step of a driver. An abort closes the page, which stops its requests and every wait on it at once.
 * @throws the signal's reason when aborted, unless the step itself tells what the abort left behind (a `TaskError`
 *   `OutcomeUnknown`); else a `TaskError`
 */
export async function runStep<T>(page: Page, { signal }: StepOptions, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let closing: Promise<void> | null = null;
  const onAbort = () => {
    closing = closeSurely(page);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await work();
  } catch (error) {
    if (signal.aborted && !(error instanceof TaskError && error.type === 'OutcomeUnknown')) throw signal.reason;
    throw toTaskError(error);
  } finally {
    signal.removeEventListener('abort', onAbort);
    await closing;
  }
}

/** How long the platform asked to wait, milliseconds, from `Retry-After` (RFC 9110, section 10.2.3); null without one. */
export function retryAfterMs(response: Response, now = Date.now()): number | null {
  const header = response.headers()['retry-after'];
  if (!header) return null;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

export function throttled(response: Response): TaskError {
  const wait = retryAfterMs(response);
  return new TaskError(
    'Throttled',
    wait === null ? 'The platform asked to slow down.' : say('platform.wait', { count: Math.ceil(wait / 1_000) }),
    wait === null ? {} : { retryAfterMs: wait },
  );
}

/** @throws TaskError `Throttled`, `ProxyFailed` or `Unavailable`, where the status alone says so */
export function checkStatus(response: Response | null): void {
  const status = response?.status() ?? 200;
  if (response && status === 429) throw throttled(response);
  if (status === 407) throw new TaskError('ProxyFailed', 'The proxy asks for another user name or password.');
  if (status >= 500) throw new TaskError('Unavailable', say('platform.error', { status }));
}

/** Opens an address and waits until its document is there. */
export async function visit(page: Page, url: string, { signal }: StepOptions): Promise<Response | null> {
  try {
    const response = await page.goto(url, { waitUntil: 'domcontentloaded', timeout: PAGE_TIMEOUT_MS, signal });
    checkStatus(response);
    return response;
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') throw networkError('');
    throw error;
  }
}

/**
 * Waits for the first of several events, and for none of the others any longer.
 * @param begin starts the waits, with a signal that ends the ones left over
 * @param trigger what makes one of the events happen
 */
export async function firstOf<T>(
  signal: AbortSignal,
  begin: (signal: AbortSignal) => Promise<T>[],
  trigger: () => Promise<void>,
): Promise<T> {
  const settled = new AbortController();
  const waits = begin(AbortSignal.any([signal, settled.signal]));
  for (const wait of waits) wait.catch(() => undefined);
  try {
    await trigger();
    return await Promise.race(waits);
  } finally {
    settled.abort();
  }
}

/** After a failed request for a document: Chromium's own page about it would cut in where the next one is opened. */
async function settle(page: Page, signal: AbortSignal): Promise<void> {
  await page.waitForURL(/^chrome-error:/, { timeout: ERROR_PAGE_TIMEOUT_MS, signal }).catch(() => undefined);
}

/**
 * Presses a button that sends a form, and waits for the document that answers it.
 * @returns the answer to the form itself, before redirects
 */
export async function sendForm(page: Page, button: Locator, { signal }: StepOptions): Promise<Response | null> {
  let answer: Response | null = null;
  const onResponse = (response: Response) => {
    const request = response.request();
    if (request.method() === 'POST' && request.isNavigationRequest()) answer = response;
  };
  const timeout = PAGE_TIMEOUT_MS;
  const predicate = (request: Request) => request.isNavigationRequest();
  page.on('response', onResponse);
  try {
    const failure = await firstOf(
      signal,
      (ended) => [
        page
          .waitForEvent('requestfailed', { predicate, timeout, signal: ended })
          .then((request) => request.failure()?.errorText ?? ''),
        page.waitForEvent('domcontentloaded', { timeout, signal: ended }).then(() => null),
      ],
      () => button.click({ timeout: ELEMENT_TIMEOUT_MS, signal }),
    );
    if (failure !== null) {
      await settle(page, signal);
      throw networkError(failure);
    }
    return answer;
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') throw networkError('');
    throw error;
  } finally {
    page.off('response', onResponse);
  }
}

/**
 * Waits until an element is to be seen.
 * @param what its name as a person would say it, for the error
 * @throws TaskError `PageChanged`
 */
export async function expectVisible(locator: Locator, what: string, { signal }: StepOptions): Promise<Locator> {
  try {
    await locator.waitFor({ state: 'visible', timeout: ELEMENT_TIMEOUT_MS, signal });
    return locator;
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') {
      const path = pathOf(locator.page());
      throw new TaskError('PageChanged', say('page.missing', { what, path }));
    }
    throw error;
  }
}

/** The path of the page's address, without query: queries may carry tokens. */
export function pathOf(page: Page): string {
  try {
    return new URL(page.url()).pathname;
  } catch {
    return page.url();
  }
}
