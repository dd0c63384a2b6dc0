import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { withFailures } from '../../activities/failures.ts';
import { createLogger } from '../../config/logger.ts';
import { TaskError } from '../../contracts/errors.ts';
import type {
  Claim,
  HostActivities,
  OpenIntent,
  OrchestratorActivities,
  ServerActivities,
  SessionActivities,
  SettleRequest,
} from '../../contracts/orchestration.ts';
import { ORCHESTRATOR_QUEUE } from '../../contracts/queues.ts';
import type { StepActivities } from '../../contracts/steps.ts';
import { STEP_NAMES } from '../../contracts/steps.ts';
import { workflowBundle } from '../../workers/bundle.ts';
import { findTool } from '../tools.ts';

/** A Temporal server whose clock jumps over durable timers, and workers on it. Faults are forced by fake activities. */
export async function startTimeSkipping() {
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: await findTool('temporal-test-server') } },
  });
  const bundle = await workflowBundle({
    cacheFolder: join(tmpdir(), 'flotilla-test-cache'),
    log: createLogger('test', 'silent'),
  });

  /** Runs `work` while workers with these activities poll; `hosts` are the queues that host activities are served on. */
  async function withWorkers<T>(fakes: Fakes, hosts: readonly string[], work: () => Promise<T>): Promise<T> {
    const connection = env.nativeConnection;
    const workers = await Promise.all([
      Worker.create({
        connection,
        taskQueue: ORCHESTRATOR_QUEUE,
        workflowBundle: bundle,
        activities: withFailures(fakes.ledger),
      }),
      Worker.create({ connection, taskQueue: 'browser', activities: withFailures(fakes.sessions) }),
      ...hosts.map((taskQueue) => Worker.create({ connection, taskQueue, activities: withFailures(fakes.host) })),
    ]);
    const [first, ...others] = workers;
    const nested = others.reduce<() => Promise<T>>((inner, worker) => () => worker.runUntil(inner()), work);
    if (!first) throw new Error('no workers');
    return first.runUntil(nested());
  }
  return { env, withWorkers };
}

type Submit = HostActivities['submitPost'];

export interface Fakes {
  ledger: OrchestratorActivities & ServerActivities;
  sessions: SessionActivities;
  host: HostActivities;
  /** What happened, in order. */
  calls: string[];
  /** Posts on the platform. */
  posts: { id: string; caption: string }[];
  settled: SettleRequest[];
  intent: OpenIntent;
  /** Answers of the next claims; `go` when used up. */
  claims: Claim[];
  /** How the next submits go; posted when used up. */
  submits: Submit[];
  /** Errors of the next openings of a session. */
  openErrors: TaskError[];
  /** Host queues of the next openings; the last one is repeated. */
  hostQueues: string[];
}

const unused = (name: string) => () => Promise.reject(new Error(`${name} is not expected here`));

const unusedSteps = Object.fromEntries(STEP_NAMES.map((name) => [name, unused(name)])) as unknown as StepActivities;

/** One account with one post to make, on a platform in memory. */
export function createFakes(
  over: Partial<Pick<Fakes, 'intent' | 'hostQueues'>> & { params?: object; plan?: object } = {},
): Fakes {
  let token = 1;
  const go = (): Claim => ({
    ...{ status: 'go', accountId: 'account-1', platform: 'sandbox', transport: 'browser', publishSettleMs: 15_000 },
    fencingToken: String(token),
    proxyId: null,
    params: over.params ?? { mediaIds: ['m1'] },
    plan: over.plan ?? { posts: [{ mediaId: 'm1', caption: 'hello', location: null, mentions: [], recipe: null }] },
    counters: {},
  });
  const fakes: Fakes = {
    calls: [],
    posts: [],
    settled: [],
    claims: [],
    submits: [],
    openErrors: [],
    hostQueues: over.hostQueues ?? ['host-1'],
    intent: over.intent ?? {
      ...{ intentId: 'intent-1', state: 'created', permalink: null, baseline: null, submittedAt: null },
      media: { status: 'ready', sha256: 'abc', fileName: 'a.mp4' },
    },
    ledger: {
      claim: async () => fakes.claims.shift() ?? go(),
      pace: async ({ waitMs }) => {
        fakes.calls.push(`pace ${waitMs}`);
      },
      park: async ({ type }) => {
        fakes.calls.push(`park ${type}`);
        return { challengeId: 'challenge-1' };
      },
      unpark: async ({ answer }) => {
        fakes.calls.push(`unpark ${answer}`);
      },
      fence: async () => {
        token += 1;
        fakes.calls.push('fence');
      },
      openIntent: async () => fakes.intent,
      startSubmit: async () => {
        fakes.calls.push('intent submitting');
      },
      closeIntent: async ({ state }) => {
        fakes.calls.push(`intent ${state}`);
      },
      spend: async ({ action }) => {
        fakes.calls.push(`spend ${action}`);
      },
      settle: async (request) => {
        fakes.settled.push(request);
        return { version: 9 };
      },
      attachBulk: unused('attachBulk'),
      resync: unused('resync'),
      nextPage: unused('nextPage'),
      setBulkState: unused('setBulkState'),
      setCanary: unused('setCanary'),
      resetFailed: unused('resetFailed'),
      settleLost: unused('settleLost'),
      cancelChildren: unused('cancelChildren'),
      endOrphans: unused('endOrphans'),
      setRampStage: unused('setRampStage'),
      crossPosted: unused('crossPosted'),
    },
    sessions: {
      openSession: async () => {
        const error = fakes.openErrors.shift();
        if (error) throw error;
        const hostQueue = (fakes.hostQueues.length > 1 ? fakes.hostQueues.shift() : fakes.hostQueues[0]) ?? 'host-1';
        return { hostQueue, sessionId: 's1', entered: 'reused', ownPostIds: fakes.posts.map(({ id }) => id) };
      },
    },
    host: {
      ...unusedSteps,
      submitPost: async (request) => {
        fakes.calls.push('submit');
        return (fakes.submits.shift() ?? fakes.host.submitPost.bind(null))(request);
      },
      findPost: async ({ caption, baseline }) => {
        fakes.calls.push('look');
        const post = fakes.posts.find((own) => own.caption === caption && !baseline.includes(own.id));
        return {
          found: post ? { id: post.id, permalink: `/p/${post.id}` } : null,
          ownPostIds: fakes.posts.map(({ id }) => id),
        };
      },
      closeSession: async () => undefined,
    },
  };
  const posted: Submit = async ({ caption }) => {
    const id = String(fakes.posts.length + 1);
    fakes.posts.push({ id, caption });
    return { id, permalink: `/p/${id}` };
  };
  fakes.host.submitPost = async (request) => {
    fakes.calls.push('submit');
    return (fakes.submits.shift() ?? posted)(request);
  };
  return fakes;
}

/** A worker that falls silent in mid-step: no heartbeat and no answer, until the test's end takes the worker down. */
export function fallsSilent(before: () => void = () => undefined): Submit {
  return async () => {
    before();
    return await Context.current().cancelled;
  };
}

/** A step that is cancelled after its final button was pressed: it cannot say whether the post was made. */
export function cancelledTooLate(before: () => void): Submit {
  return async () => {
    before();
    const context = Context.current();
    const beat = setInterval(() => context.heartbeat(), 200);
    await context.cancelled.catch(() => undefined);
    clearInterval(beat);
    throw new TaskError('OutcomeUnknown', 'The step was stopped after the button was pressed.');
  };
}

export const throws =
  (error: TaskError): Submit =>
  () =>
    Promise.reject(error);
export { TaskError };
