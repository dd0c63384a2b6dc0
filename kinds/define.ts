import type { z } from 'zod';
import type { Recipe } from '../contracts/media.ts';
import type { Capability } from '../contracts/platform.ts';
import type { FinalAccountTaskState } from '../contracts/states.ts';

/** What a kind's pure `plan` may know of an account. */
export interface PlanAccount {
  id: string;
  platform: string;
  username: string;
  timeZone: string;
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

/** What a kind's `run` works with, inside the account workflow. */
export interface KindContext<Counter extends string> {
  /**
   * Publishes one post exactly once: intent, submit, verify. `index` numbers the posts of this account task from 0;
   * after the `last` one the account's browser is given back at once.
   */
  publish(index: number, post: PostSpec, options?: { last?: boolean }): Promise<PublishOutcome>;
  /** Adds to a counter of the kind. */
  count(counter: Counter, by?: number): void;
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
  state: Extract<FinalAccountTaskState, 'succeeded' | 'partial' | 'skipped'>;
  /** Why, in words, for `partial` and `skipped`. */
  reason?: string;
}

export interface KindDefinition<
  Name extends string = string,
  Params extends z.ZodType = z.ZodType,
  Plan = unknown,
  Counter extends string = string,
> {
  name: Name;
  title: string;
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
  /** How many actions of the daily budget the plan takes. */
  posts?(plan: Plan): number;
  /** Pure: what this account will do. Also what a dry run shows. `index` is the account's place in the task. */
  plan(params: z.output<Params>, account: PlanAccount, index: number, task: PlanTask): Plan;
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
