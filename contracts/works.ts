import type { Recipe } from './media.ts';
import type { MediaFile } from './steps.ts';
import type { ProxyFindings } from './worker-api.ts';

/**
 * What an account workflow can order that needs no session of the account: rendering, checks over the network, records.
 * Each may be repeated with the same effect as once.
 */
export interface Works {
  /** An image as the platform takes it for an avatar: a square cut from its middle, re-encoded, without metadata. */
  prepareAvatar: { input: { mediaId: string }; output: MediaFile };
  /**
   * Renditions of one file for this account by recipes that have been drawn, kept under the account task. One that is
   * less like its source than its recipe allows is made milder, and refused in the end. Where none can be made and
   * `mustMake` is set, `MediaRejected` is thrown instead.
   */
  renderVariants: {
    input: { mediaId: string; recipes: Recipe[]; mustMake: boolean };
    output: { renditions: { sha256: string; ssim: number; reused: boolean }[]; refused: string[] };
  };
  /** Lets the account's daily limits rise to this stage of its warm-up; `null` ends it. */
  setRampStage: { input: { stage: number | null }; output: { stage: number | null } };
  /** Which of these sources the account has published already, in whatever task. */
  crossPosted: { input: { accountId: string; sources: string[] }; output: { sources: string[] } };
  /** Checks the account's proxy and records what was found. */
  checkProxy: { input: ProxyCheckOrder; output: CheckedProxy };
  /** Tries the proxy's address as it was probably meant, then with the other scheme; keeps and checks what works. */
  repairProxy: { input: ProxyCheckOrder; output: ({ repaired: true } & CheckedProxy) | { repaired: false } };
  /**
   * Gives the account a spare of the pool that a check finds healthy. Without one it keeps the proxy that it had, and
   * that is `ProxyFailed`, `because` of the verdict on it.
   */
  switchProxy: { input: ProxyCheckOrder & { fromProxyId: string; because: string }; output: CheckedProxy };
}

/** How thoroughly a proxy is checked. */
export interface ProxyCheckOrder {
  requests: number;
  stabilitySeconds: number;
}

export interface CheckedProxy {
  proxyId: string;
  findings: ProxyFindings;
  /** What was changed, in sentences. */
  changes: string[];
}

export type WorkName = keyof Works;
export type WorkInput<Work extends WorkName> = Works[Work]['input'];
export type WorkOutput<Work extends WorkName> = Works[Work]['output'];

/** Which workers do it; `ledger` is the orchestrator with its database. */
export const WORK_QUEUES = {
  prepareAvatar: 'media',
  renderVariants: 'media',
  setRampStage: 'ledger',
  crossPosted: 'ledger',
  checkProxy: 'network',
  repairProxy: 'network',
  switchProxy: 'network',
} as const satisfies Record<WorkName, WorkQueue>;
export type WorkQueue = 'media' | 'network' | 'ledger';

/** The order as the worker gets it: for whom, and under which lease (`0`, which opens nothing, where none is held). */
export interface WorkRequest<Work extends WorkName> {
  accountTaskId: string;
  accountId: string;
  platform: string;
  fencingToken: string;
  input: WorkInput<Work>;
}

type NamesOn<Queue extends WorkQueue> = {
  [Work in WorkName]: (typeof WORK_QUEUES)[Work] extends Queue ? Work : never;
}[WorkName];

/** The works of one sort of workers. */
export type WorkActivities<Queue extends WorkQueue> = {
  [Work in NamesOn<Queue>]: (request: WorkRequest<Work>) => Promise<WorkOutput<Work>>;
};
