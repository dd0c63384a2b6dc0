import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import type { Logger } from '../../config/logger.ts';
import type { WorkerLink } from '../sessions/link.ts';
import { cleanMessage, createMasker } from '../sessions/secrets.ts';
import { maskTrace } from './mask-trace.ts';
import { createTraceFiles, tracesIn } from './trace-files.ts';

export interface FailedStep {
  page: Page | null;
  accountTaskId: string;
  step: string;
  /** Known secrets of the account at this moment: credentials, codes, cookie values. */
  secrets: readonly string[];
}

/** Records one context, step by step, and keeps only what explains a failure. */
export interface Recorder {
  begin(step: string): Promise<void>;
  discard(): Promise<void>;
  /** Saves a masked screenshot and a masked trace of the failed step. Never throws. @returns the evidence ids */
  capture(failed: FailedStep): Promise<string[]>;
}

export interface Evidence {
  record(context: BrowserContext): Promise<Recorder>;
}

export interface EvidenceOptions {
  link: Pick<WorkerLink, 'saveEvidence'>;
  /** The pool's folder, where traces lie until they are masked: only this user may read it. */
  folder: string;
  log: Logger;
}

/** Told apart from what a page draws itself, and easy on the eye in both themes. */
const MASK_COLOR = '#7d8a97';
const SHOT_TIMEOUT_MS = 5_000;
const READ_TIMEOUT_MS = 500;

/** Inputs that hold a secret by their nature, also when a page shows the password in clear. */
const SECRET_INPUTS = [
  'input[type="password"]',
  'input[autocomplete="one-time-code"]',
  'input[autocomplete*="password"]',
  'input[name*="pass" i]',
  'input[name*="code" i]',
  'input[name*="otp" i]',
  'input[name*="token" i]',
].join(', ');
const SECRET_LABEL = /password|passcode|code|token|secret/i;

/** Everything on the page that must not be seen: inputs made for secrets, and whatever shows a known secret. */
async function secretPlaces(page: Page, secrets: readonly string[]): Promise<Locator[]> {
  const mask = createMasker(secrets);
  const inputs = await page.locator('input:not([type="file"]):not([type="hidden"]), textarea').all();
  const filled = await Promise.all(
    inputs.map(async (input) => {
      const value = await input.inputValue({ timeout: READ_TIMEOUT_MS }).catch(() => '');
      return mask(value) === value ? [] : [input];
    }),
  );
  const shown = [...new Set(secrets)].filter((secret) => secret.length > 3).map((secret) => page.getByText(secret));
  return [page.locator(SECRET_INPUTS), page.getByRole('textbox', { name: SECRET_LABEL }), ...filled.flat(), ...shown];
}

/**
 * Evidence of failed steps. Traces hold DOM snapshots and the network log, but no film: it would cost a third of the
 * throughput, and pictures cannot be masked after the fact.
 */
export function createEvidence({ link, folder, log }: EvidenceOptions): Evidence {
  const traceFiles = createTraceFiles(tracesIn(folder));

  async function screenshot({ page, accountTaskId, step, secrets }: FailedStep): Promise<string | null> {
    if (!page || page.isClosed()) return null;
    const mask = await secretPlaces(page, secrets);
    const buffer = await page.screenshot({ mask, maskColor: MASK_COLOR, timeout: SHOT_TIMEOUT_MS });
    return link.saveEvidence({ accountTaskId, step, kind: 'screenshot', buffer, contentType: 'image/png' });
  }

  async function trace(context: BrowserContext, { accountTaskId, step, secrets }: FailedStep): Promise<string> {
    const path = join(folder, `${randomUUID()}.zip`);
    try {
      await context.tracing.stopChunk({ path });
      await maskTrace(path, secrets);
      const buffer = await readFile(path);
      return await link.saveEvidence({ accountTaskId, step, kind: 'trace', buffer, contentType: 'application/zip' });
    } finally {
      await rm(path, { force: true });
    }
  }

  async function kept(work: Promise<string | null>, failed: FailedStep, kind: string): Promise<string[]> {
    try {
      const id = await work;
      return id === null ? [] : [id];
    } catch (error) {
      log.warn({ step: failed.step, kind, reason: cleanMessage(error, failed.secrets) }, 'evidence could not be kept');
      return [];
    }
  }

  return {
    async record(context) {
      const name = traceFiles.begin();
      const end = () =>
        traceFiles.end(name).catch((error) => log.warn({ reason: String(error) }, 'a trace was not removed'));
      context.once('close', end);
      try {
        await context.tracing.start({ name, snapshots: true, screenshots: false, sources: false });
      } catch (error) {
        await end();
        throw error;
      }
      return {
        async begin(step) {
          await context.tracing.startChunk({ title: step });
        },
        async discard() {
          await context.tracing.stopChunk();
        },
        async capture(failed) {
          const shots = await kept(screenshot(failed), failed, 'screenshot');
          return [...shots, ...(await kept(trace(context, failed), failed, 'trace'))];
        },
      };
    },
  };
}
