import type { Canary, RetryOnly } from './bulk.ts';
import type { NotedOrder } from './bulk-events.ts';
import type { ErrorType } from './errors.ts';
import type { Action } from './pace.ts';
import type { AccountTaskState, BulkState, FinalAccountTaskState, Totals } from './states.ts';
import type { StepActivities } from './steps.ts';
import type { WorkActivities } from './works.ts';

/** What workflows and the activities of the orchestrator say to one another. Ids and plans only, never secrets. */
export interface BulkInput {
  taskId: string;
  /** Set when a finished task is run again for its failed accounts. */
  retryFailed?: boolean;
  /** Carried over by continue-as-new. */
  carried?: CarriedBulk;
}

/** `[ordinal, accountTaskId, state, version]` of an account task that has been started and has not ended. */
export type ActiveEntry = [
  ordinal: number,
  accountTaskId: string,
  state: 'running' | 'paced' | 'parked',
  version: number,
];

export interface CarriedBulk {
  /** Everything below it has been started, is active or has ended. */
  nextOrdinal: number;
  active: ActiveEntry[];
  ended: Record<FinalAccountTaskState, number>;
  counters: Record<string, number>;
  window: number;
  paused: boolean;
  pauseReason: string | null;
  cancelledBy: string | null;
  /** Whether each of the last ended account tasks counted against the breaker. */
  recent: boolean[];
  /** Where it has one; the ledger knows better once it has been asked. */
  canary?: Canary;
}

/** Where a bulk task stands in the ledger, all of it read at one moment. */
export interface Synced {
  totals: Totals;
  counters: Record<string, number>;
  /** Active account tasks that the ledger knows more of than the workflow. */
  changes: AccountChange[];
}

export interface AttachedBulk extends Synced {
  state: BulkState;
  stateReason: string | null;
  window: number;
  startedAt: string | null;
  breaker: { share: number; among: number };
  /** Absent in histories from before there was one. */
  canary?: Canary | null;
}

/** An account task that has not ended: to be started, or, when it runs already, to be watched. */
export interface PageItem {
  ordinal: number;
  id: string;
  /** Absent in histories from before accounts could be looked up in Temporal. */
  accountId?: string;
  state: 'pending' | 'running' | 'paced' | 'parked';
  version: number;
}

export interface AccountInput {
  taskId: string;
  accountTaskId: string;
  ordinal: number;
  /** Places of posts made in this attempt before it continued as new. */
  posted?: number[];
  /** The kind's memory and counters before it continued as new. */
  memory?: Record<string, number>;
  counters?: Record<string, number>;
}

/** What an account workflow ends with, and what it tells its parent. */
export interface AccountOutcome {
  state: FinalAccountTaskState;
  counters: Record<string, number>;
  version: number;
  error: { type: ErrorType; message: string } | null;
}

/** One change of an account task, told to the parent in a batch. */
export interface AccountChange {
  ordinal: number;
  id: string;
  version: number;
  to: AccountTaskState;
  counters: Record<string, number>;
  errorType: string | null;
}

export const CHANGED_SIGNAL = 'changed';
export const RESOLVE_UPDATE = 'resolve';

/** A person's answer to a parked account task. A code never travels here: it waits sealed in the ledger. */
export interface Resolution {
  action: 'retry' | 'skip';
}

/** An inbox entry, and how long it waits. Runs begun before this could be set have no `expiresInMs` in their history. */
export interface Parked {
  challengeId: string;
  expiresInMs?: number;
}

export interface ClaimRequest {
  taskId: string;
  accountTaskId: string;
  /** Workflow id: the lease's owner. */
  owner: string;
  /** The account to act as, where it is a linked one and not the account task's own. */
  accountId: string | null;
  /** What the run uses of the account; a `name` needs no lease. */
  uses: 'session' | 'secret' | 'name';
  /** What follows, when it takes from the account's budget. */
  action: Action | null;
  /** How often in a row it has been told to wait: waits without a known end grow longer. */
  waits: number;
}

export type Claim =
  | { status: 'ended'; outcome: AccountOutcome }
  | { status: 'wait'; waitMs: number; reason: string }
  | { status: 'refused'; type: ErrorType; message: string }
  | {
      status: 'go';
      accountId: string;
      platform: string;
      transport: 'browser' | 'api';
      publishSettleMs: number;
      fencingToken: string;
      proxyId: string | null;
      params: unknown;
      plan: unknown;
      counters: Record<string, number>;
    };

export interface SettleRequest {
  taskId: string;
  accountTaskId: string;
  accountId: string | null;
  fencingToken: string | null;
  parentRunId: string | null;
  state: FinalAccountTaskState;
  reason: string | null;
  error: { type: ErrorType; message: string } | null;
  counters: Record<string, number>;
}

export interface OpenIntentRequest {
  accountTaskId: string;
  accountId: string;
  platform: string;
  index: number;
  mediaId: string;
  caption: string;
  recipe: unknown;
  /** What is cross-posted, e.g. `sandbox/<post id>`: an account publishes the same source once, whatever the task. */
  source: string | null;
}

/** The bytes to publish: ready, or still to be rendered by a media host. */
export type MediaToPublish =
  | { status: 'ready'; sha256: string; fileName: string }
  | { status: 'render'; assetId: string; assetSha256: string; fileName: string };

export interface OpenIntent {
  intentId: string;
  state: 'created' | 'submitting' | 'posted' | 'absent' | 'unknown';
  permalink: string | null;
  /** Ids of own posts seen before the last submit. */
  baseline: string[] | null;
  /** Milliseconds since the epoch of the last submit. */
  submittedAt: number | null;
  media: MediaToPublish;
}

export interface BulkStateChange {
  taskId: string;
  state: BulkState;
  reason: string | null;
  window?: number;
  /** It paused by itself, because too many accounts failed: people are told. */
  breakerOpened?: boolean;
  /** The order that brought it there, and who gave it. */
  order?: NotedOrder;
  by?: string;
}

export interface OrchestratorActivities extends WorkActivities<'ledger'> {
  attachBulk(request: {
    taskId: string;
    runId: string;
    retryFailed: boolean;
    fresh: boolean;
    active: readonly ActiveEntry[];
  }): Promise<AttachedBulk>;
  resync(request: { taskId: string; active: readonly ActiveEntry[] }): Promise<Synced>;
  nextPage(request: { taskId: string; fromOrdinal: number; limit: number }): Promise<PageItem[]>;
  setBulkState(request: BulkStateChange): Promise<void>;
  /** Where the canary stands from now on, and who said so. An approval is never taken back. */
  setCanary(request: { taskId: string; canary: Canary; by?: string }): Promise<void>;
  resetFailed(request: { taskId: string; only?: RetryOnly; by?: string }): Promise<{ retried: number }>;
  settleLost(request: { taskId: string; accountTaskId: string; reason: string }): Promise<AccountChange | null>;
  claim(request: ClaimRequest): Promise<Claim>;
  park(request: {
    taskId: string;
    accountTaskId: string;
    accountId: string;
    fencingToken: string;
    type: string;
    message: string;
    /** What was kept of the step that met it; the screenshot among them is shown with the inbox entry. */
    evidenceIds?: string[];
  }): Promise<Parked>;
  unpark(request: { challengeId: string; answer: 'answered' | 'skipped' | 'expired' }): Promise<void>;
  /** Gives the lease back, so that a host that still holds on to it loses it; the next claim brings a newer token. */
  fence(request: { accountId: string; fencingToken: string }): Promise<void>;
  /** The account waits; `slow` makes its whole platform wait as long, because the platform asked for it. */
  pace(request: {
    accountTaskId: string;
    accountId: string;
    fencingToken: string;
    waitMs: number;
    reason: string;
    slow?: boolean;
  }): Promise<void>;
  /** Counts an action that changed something. `key` makes a repeated call count once. */
  spend(request: { accountId: string; action: Action; key: string }): Promise<void>;
  settle(request: SettleRequest): Promise<{ version: number }>;
  openIntent(request: OpenIntentRequest): Promise<OpenIntent>;
  startSubmit(request: { intentId: string; mediaSha256: string; baseline: string[] }): Promise<void>;
  closeIntent(request: {
    intentId: string;
    state: 'posted' | 'absent' | 'unknown';
    post: { id: string; permalink: string } | null;
  }): Promise<void>;
}

export interface ServerActivities {
  cancelChildren(request: { taskId: string; reason: string }): Promise<void>;
  /** Ends those of the given account tasks whose workflow is gone without having settled. @returns how many */
  endOrphans(request: { taskId: string; active: readonly ActiveEntry[] }): Promise<number>;
}

export interface OpenedSession {
  /** Queue of the host that holds the session; its steps run there. */
  hostQueue: string;
  sessionId: string;
  /** Ids of the newest own posts. */
  ownPostIds: string[];
  entered: 'reused' | 'logged-in';
}

export interface SessionActivities {
  openSession(request: {
    accountTaskId: string;
    accountId: string;
    platform: string;
    fencingToken: string;
    /** Logs in even where the stored session is good. */
    forceLogIn?: boolean;
    /** Whether the newest own posts are read, which a post is told apart from later. */
    withOwnPosts?: boolean;
  }): Promise<OpenedSession>;
}

export interface HostActivities extends StepActivities {
  submitPost(request: {
    sessionId: string;
    accountTaskId: string;
    intentId: string;
    media: { sha256: string; fileName: string };
    caption: string;
    location: string | null;
    mentions: string[];
    /** Whether the session is closed once the post is made: nothing follows that needs it. */
    last: boolean;
  }): Promise<{ id: string; permalink: string }>;
  findPost(request: {
    sessionId: string;
    accountTaskId: string;
    caption: string;
    baseline: string[];
  }): Promise<{ found: { id: string; permalink: string } | null; ownPostIds: string[] }>;
  closeSession(request: { sessionId: string }): Promise<void>;
}

export type NetworkActivities = WorkActivities<'network'>;

export interface MediaActivities extends WorkActivities<'media'> {
  renderVariant(request: {
    assetId: string;
    assetSha256: string;
    fileName: string;
    platform: string;
    recipe: unknown;
  }): Promise<{ sha256: string; fileName: string }>;
}
