import type { Page } from 'playwright-core';
import { TaskError } from '../../../contracts/errors.ts';
import { say } from '../../../contracts/said.ts';
import type { StepOptions } from '../driver.ts';
import { networkError } from '../page-steps.ts';

const TIMEOUT_MS = 120_000;

export interface SiteMedia {
  bytes: Buffer;
  /** MIME type, without parameters. */
  type: string;
}

/**
 * Fetches what a picture or film element shows, as the page itself would: with its cookies and through its proxy.
 * @returns null when there is nothing at the address
 */
export async function readMedia(page: Page, address: string, { signal }: StepOptions): Promise<SiteMedia | null> {
  try {
    const response = await page.request.get(address, { timeout: TIMEOUT_MS, signal });
    const status = response.status();
    if (status === 404 || status === 410) return null;
    if (!response.ok()) throw new TaskError('Unavailable', say('platform.file-not-given', { status }));
    const type = (response.headers()['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
    return { bytes: await response.body(), type };
  } catch (error) {
    if (error instanceof TaskError) throw error;
    signal.throwIfAborted();
    throw networkError('');
  }
}
