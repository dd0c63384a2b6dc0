import type { z } from 'zod';
import type { ErrorType } from '../contracts/errors.ts';
import type { Recipe } from '../contracts/media.ts';
import type { Action } from '../contracts/pace.ts';
import type { Capability } from '../contracts/platform.ts';
import type { FinalAccountTaskState } from '../contracts/states.ts';
import type { StepInput, StepName, StepOutput } from '../contracts/steps.ts';
import type { WorkInput, WorkName, WorkOutput } from '../contracts/works.ts';

/** What a kind's pure `plan` may know of an account. */
export interface PlanAccount {
  id: string;
  platform: string;
  username: string;
  timeZone: string;
  quietHours: { from: string; to: string } | null;
  /** The account's proxy. */
  proxyId: string | null;
  /** The same owner's accounts on other platforms. */
  links: readonly { id: string; platform: string; username: string }[];
}

/** What a kind's `plan` may know of things outside the order, read at the door because the kind's `facts` asked for it. */
export interface Facts {
  /** User names of the follow category that params name. */
  targets: readonly string[];
  /** What the task that params name has rendered, by account: each with the recipe that names it, in its order. */
  renditions?: ReadonlyMap<string, readonly { mediaId: string; recipe: Recipe }[]>;
  /** What each platform declares that it can. */
  platforms: Readonly<Record<string, readonly Capability[]>>;
  /** Hosts that may be visited in a browser, with all below them. */
  visitHosts: readonly string[];
}

/** What a kind asks the door to read for its plans. */
export interface FactsWanted {
  followCategoryId?: string;
  /** A task whose renditions are asked for. */
  renditionsOf?: string;
  visitHosts?: boolean;
}

/** What a kind's pure `plan` may know of its bulk task. */
export interface PlanTask {
  id: string;
  /** Start of the task as ISO 8601, what `{{date}}` means. */
  date: string;
  /** Number of accounts in the task. */
  total: number;
}

/** One post that an account task will make. Ids only: bytes and secrets never enter workflow history. */
export interface PostSpec {
  mediaId: string;
  caption: string;
  location: string | null;
  mentions: string[];
  recipe: Recipe | null;
}

export interface PublishOutcome {
  /** `already-posted`: by an earlier attempt of the same account task. */
  status: 'posted' | 'already-posted';
  permalink: string | null;
}

export interface StepOptions {
  /** Waits until the account's pace lets it do this, and counts it when something was changed. */
  action?: Action;
}

/** What a kind's `run` works with, inside the account workflow. */
export interface KindContext<Counter extends string> {
  /**
   * Publishes one post exactly once: intent, submit, verify. `index` numbers the posts of this account task from 0;
   * after the `last` one the account's browser is given back at once. `source` names what is cross-posted: an account
   * publishes the same source once, whatever the task.
   */
  publish(index: number, post: PostSpec, options?: { last?: boolean; source?: string }): Promise<PublishOutcome>;
  /** Makes sure that the account is logged in, anew with `force`; parks where a person is needed. */
  signIn(options?: { force?: boolean }): Promise<{ entered: 'reused' | 'logged-in'; challenged: boolean }>;
  /** One step in the account's session, opened when needed; waits, parks and tries again as the error table says. */
  step<Step extends StepName>(step: Step, input: StepInput<Step>, options?: StepOptions): Promise<StepOutput<Step>>;
  /** Work that needs no session of the account. */
  work<Work extends WorkName>(work: Work, input: WorkInput<Work>): Promise<WorkOutput<Work>>;
  /** Gives slot, browser and lease back and sleeps durably, for seconds or for weeks; pause and cancel hold. */
  rest(ms: number, reason: string): Promise<void>;
  /**
   * Goes on as a linked account of the same owner: its session, its lease, its pace. The first account is given back.
   * @throws `InvalidInput` when the accounts are not linked
   */
  switchTo(accountId: string): Promise<void>;
  /** The account that acts now. */
  account(): { id: string; platform: string; proxyId: string | null };
  /** Adds to a counter of the kind. */
  count(counter: Counter, by?: number): void;
  /** Numbers that outlast a fresh history: where a long run goes on. */
  memory: Record<string, number>;
  /** Workflow time, milliseconds since the epoch. */
  now(): number;
  /** A durable timer. */
  sleep(ms: number): Promise<void>;
  /** Temporal's `patched()`. */
  patched(changeId: string): boolean;
  log: { info(message: string): void; warn(message: string): void };
}

/** How an account task ended, when no error was thrown. */
export interface RunResult {
  state: Extract<FinalAccountTaskState, 'succeeded' | 'partial' | 'skipped' | 'failed'>;
  /** Why, in words. */
  reason?: string;
  /** Of `failed`; `Unavailable` unless given. */
  errorType?: ErrorType;
}

export interface KindDefinition<
  Name extends string = string,
  Params extends z.ZodType = z.ZodType,
  Plan = unknown,
  Counter extends string = string,
> {
  name: Name;
  title: string;
  /** One sentence for people who choose a kind. */
  description?: string;
  /** Driver capabilities; accounts whose platform lacks one are refused at the door. */
  needs: readonly Capability[];
  /** Where its steps run; `driver` means: browser or network, as the account's platform says. */
  queue: 'driver' | 'media' | 'network';
  params: Params;
  counters: readonly Counter[];
  /** Media ids that params name, for the door to check and the media pages to show. */
  mediaIds?(params: z.output<Params>): string[];
  /** Texts that go on a platform as captions, for the door to hold against the platform's limits. */
  captions?(plan: Plan): string[];
  /**
   * What a run uses of its account: its `session` (the account must be in order), its stored `secret` alone (whatever its
   * status), or only its `name`, so that other tasks may use the account at the same time. Default: `session`.
   */
  uses?: 'session' | 'secret' | 'name';
  /** The sort of action whose pace the run waits for before it begins. */
  firstAction?: Action;
  /** How many paced actions the plan takes, for the forecast. */
  actions?(plan: Plan): Partial<Record<Action, number>>;
  /** Texts that become a bio, for the door to hold against the platform's limit. */
  bios?(plan: Plan): string[];
  /** Least time that the plan takes by itself, milliseconds, however fast the account may act. */
  lastsMs?(plan: Plan): number;
  /** Failed account tasks are what the kind is to find out, and no reason for a bulk task to pause by itself. */
  failuresAreFindings?: boolean;
  /** What the plans need to know of things outside the order. */
  facts?(params: z.output<Params>): FactsWanted;
  /** What is wrong with the params beyond their schema; `path` begins with `params.` */
  check?(params: z.output<Params>, facts: Facts): { path: string; message: string }[];
  /** Why this account cannot take part, in a sentence; nothing when it can. */
  refuse?(params: z.output<Params>, account: PlanAccount, facts: Facts): string | undefined;
  /** Pure: what this account will do. Also what a dry run shows. `index` is the account's place in the task. */
  plan(params: z.output<Params>, account: PlanAccount, index: number, task: PlanTask, facts: Facts): Plan;
  /** Workflow code: deterministic, all effects through `ctx`. */
  run(ctx: KindContext<Counter>, params: z.output<Params>, plan: Plan): Promise<RunResult>;
  /** Feed OpenAPI, the form and the contract tests. */
  examples: readonly { title: string; params: z.input<Params> }[];
}

/** A kind with its own types forgotten: what the registry's readers see. */
export type AnyKind = KindDefinition<string, z.ZodType, unknown, string>;

export function defineKind<const Name extends string, Params extends z.ZodType, Plan, const Counter extends string>(
  definition: KindDefinition<Name, Params, Plan, Counter>,
): KindDefinition<Name, Params, Plan, Counter> {
  return definition;
}
