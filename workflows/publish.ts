import { CancellationScope, log, sleep } from '@temporalio/workflow';
import { ERROR_POLICIES } from '../contracts/errors.ts';
import type { OpenIntent } from '../contracts/orchestration.ts';
import { say } from '../contracts/said.ts';
import type { PostSpec, PublishOutcome } from '../kinds/define.ts';
import type { Desk } from './desk.ts';
import { AlreadyEnded } from './desk.ts';
import type { StepFailure } from './failures.ts';
import { readFailure, stepError } from './failures.ts';
import { ledger, media } from './policies.ts';
import type { HostSession } from './session.ts';

/**
 * One post, exactly once: intent, submit, verify.
 *
 * The intent is in the ledger before anything is sent. A submit is tried once; when its outcome is unknown the platform
 * is asked, and only a post that is verifiably absent is submitted again.
 */
const MAX_SUBMITS = 5;
/** How long a host may still act after it was fenced off, milliseconds: it renews its leases every 20 s. */
const HOST_LETS_GO_MS = 30_000;
/** How often in a row the platform may fail to be asked, its host dying or its page not answering, before a person is. */
const MAX_BLIND_LOOKS = 5;
const BLIND_WAIT_MS = 5_000;

type Post = { id: string; permalink: string };
type Found = { found: Post | null };

interface Job {
  index: number;
  post: PostSpec;
  intent: OpenIntent;
  media: { sha256: string; fileName: string };
  last: boolean;
  /** Why the last submit was refused, if it was. */
  refusal?: unknown;
}

/** Ledger writes about what has happened are made even when the account task is being cancelled. */
function always<T>(work: () => Promise<T>): Promise<T> {
  return CancellationScope.nonCancellable(work);
}

/** Looking changes nothing, so what may be a passing trouble is no reason to give up. */
function mayLookAgain(error: unknown): boolean {
  const failure = readFailure(error);
  return failure.is === 'silent' || (failure.is === 'error' && ERROR_POLICIES[failure.type].retryable);
}

function posted(status: PublishOutcome['status'], permalink: string | null): PublishOutcome {
  return { status, permalink };
}

export function createPublisher(accountTaskId: string, desk: Desk, session: HostSession, made: number[]) {
  async function render(post: PostSpec, intent: OpenIntent): Promise<Job['media']> {
    if (intent.media.status === 'ready') return intent.media;
    const { assetId, assetSha256, fileName } = intent.media;
    await session.close();
    return media.renderVariant({
      assetId,
      assetSha256,
      fileName,
      platform: desk.current().platform,
      recipe: post.recipe,
    });
  }

  /** Asks the platform once, in a fresh session when the last one is gone. */
  function look(job: Job): Promise<Found> {
    return desk.attend(async () => {
      const opened = await session.open(desk.current(), { withOwnPosts: true });
      try {
        return await session.reads(opened).findPost({
          sessionId: opened.sessionId,
          accountTaskId,
          caption: job.post.caption,
          baseline: job.intent.baseline ?? [],
        });
      } catch (error) {
        session.forget();
        throw error;
      }
    }, 'throw-challenges');
  }

  /** Whether the post is on the platform. Returns null only when it verifiably is not. */
  async function verify(job: Job): Promise<Post | null> {
    const { publishSettleMs } = desk.current();
    const absentAfter = Date.now() + publishSettleMs + HOST_LETS_GO_MS;
    const lookAgainMs = Math.max(5_000, publishSettleMs);
    for (let blind = 0; ; ) {
      const last = Date.now() >= absentAfter;
      let found: Found;
      try {
        found = await look(job);
      } catch (error) {
        blind += 1;
        if (blind >= MAX_BLIND_LOOKS || !mayLookAgain(error)) throw error;
        await sleep(BLIND_WAIT_MS);
        continue;
      }
      blind = 0;
      if (found.found) return found.found;
      if (last) return null;
      // The browser is of more use to another account than to this wait.
      await session.close();
      await sleep(Math.min(lookAgainMs, Math.max(1_000, absentAfter - Date.now())));
    }
  }

  /** Settles an open outcome; asks a person when the platform cannot be asked. */
  async function settleUnknown(job: Job): Promise<Post | null> {
    for (;;) {
      try {
        return await always(async () => {
          const { accountId, fencingToken } = desk.current();
          session.forget();
          await ledger.fence({ accountId, fencingToken });
          await desk.claim(null);
          const post = await verify(job);
          await ledger.closeIntent({ intentId: job.intent.intentId, state: post ? 'posted' : 'absent', post });
          return post;
        });
      } catch (error) {
        const failure = readFailure(error);
        await always(() => ledger.closeIntent({ intentId: job.intent.intentId, state: 'unknown', post: null }));
        if (error instanceof AlreadyEnded || failure.is === 'cancelled') throw error;
        log.warn('Whether the post was made cannot be told', { failure });
        const why = failure.is === 'error' ? failure.message : 'The platform could not be asked.';
        const evidenceIds = failure.is === 'error' ? failure.details.evidenceIds : [];
        await desk.park('outcome-unknown', `${ERROR_POLICIES.OutcomeUnknown.sentence} ${why}`, evidenceIds);
      }
    }
  }

  /** What to do after a submit that certainly posted nothing. Returns to submit again, or throws. */
  async function afterRefusal(failure: StepFailure, error: unknown): Promise<void> {
    if (failure.is === 'not-started') {
      session.forget();
      await desk.claim(null);
      return;
    }
    if (failure.is !== 'error') throw error;
    await session.close();
    const policy = ERROR_POLICIES[failure.type];
    if (failure.type === 'ChallengeRequired') {
      await desk.park(failure.details.challenge ?? 'checkpoint', failure.message, failure.details.evidenceIds);
    } else if (failure.type === 'Throttled') {
      await desk.pace(failure.details.retryAfterMs ?? policy.delayMs, failure.message, true);
    } else if (policy.retryable) {
      await sleep(policy.delayMs);
    } else {
      throw error;
    }
  }

  /** One submit. Returns the post, or null when the outcome has to be asked for. */
  async function submit(job: Job): Promise<Post | null | 'refused'> {
    const { intentId } = job.intent;
    const opened = await desk.attend(() => session.open(desk.current(), { withOwnPosts: true }));
    await ledger.startSubmit({ intentId, mediaSha256: job.media.sha256, baseline: opened.ownPostIds });
    job.intent.baseline = opened.ownPostIds;
    try {
      const post = await session.effects(opened).submitPost({
        sessionId: opened.sessionId,
        accountTaskId,
        intentId,
        media: job.media,
        caption: job.post.caption,
        location: job.post.location,
        mentions: job.post.mentions,
        last: job.last,
      });
      if (job.last) session.forget();
      opened.ownPostIds = [post.id, ...opened.ownPostIds];
      await always(() => ledger.closeIntent({ intentId, state: 'posted', post }));
      return post;
    } catch (error) {
      const failure = readFailure(error);
      job.refusal = undefined;
      if (failure.is === 'silent' || (failure.is === 'error' && failure.type === 'OutcomeUnknown')) return null;
      job.refusal = error;
      await always(() => ledger.closeIntent({ intentId, state: 'absent', post: null }));
      await afterRefusal(failure, error);
      return 'refused';
    }
  }

  return async function publish(
    index: number,
    post: PostSpec,
    options: { last?: boolean; source?: string } = {},
  ): Promise<PublishOutcome> {
    if (index > 0 || options.source !== undefined) await desk.claim('post');
    const { accountId, platform } = desk.current();
    const intent = await ledger.openIntent({
      accountTaskId,
      accountId,
      platform,
      index,
      mediaId: post.mediaId,
      caption: post.caption,
      recipe: post.recipe,
      source: options.source ?? null,
    });
    if (intent.state === 'posted') return posted(made.includes(index) ? 'posted' : 'already-posted', intent.permalink);

    const job: Job = { index, post, intent, media: await render(post, intent), last: options.last ?? false };
    let unknown = intent.state === 'submitting' || intent.state === 'unknown';
    for (let submits = 0; submits < MAX_SUBMITS; ) {
      if (unknown) {
        const found = await settleUnknown(job);
        if (found) return done(index, found);
        unknown = false;
      }
      const outcome = await submit(job);
      submits += 1;
      if (outcome === null) unknown = true;
      else if (outcome !== 'refused') return done(index, outcome);
    }
    if (unknown) {
      const found = await settleUnknown(job);
      if (found) return done(index, found);
    }
    throw job.refusal ?? stepError('Unavailable', say('sent.never-arrived', { count: MAX_SUBMITS }));
  };

  function done(index: number, post: Post): PublishOutcome {
    made.push(index);
    return posted('posted', post.permalink);
  }
}
