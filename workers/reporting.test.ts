import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { LinkRefused } from '../activities/link.ts';
import type { Timing } from '../contracts/timings.ts';
import { createErrorQueue, type WorkerError } from './error-queue.ts';
import { createObserver } from './observer.ts';
import { createReports } from './reports.ts';
import { createTimings, type Ended } from './timings.ts';

const TASK = '99999999-2222-4333-8444-555555555555';
const ACCOUNT_TASK = '11111111-2222-4333-8444-555555555555';

describe('the observer of activities', () => {
  async function observe(run: (...args: unknown[]) => Promise<unknown>, workflowType = 'accountUpload') {
    const ended: Ended[] = [];
    const errors: WorkerError[] = [];
    const observer = createObserver({
      onEnd: (one) => ended.push(one),
      onError: (one) => errors.push(one),
      secrets: ['a-worker-token'],
    });
    const environment = new MockActivityEnvironment(
      {
        workflowType,
        activityType: 'openSession',
        workflowExecution: { workflowId: `bulk/${TASK}/${ACCOUNT_TASK}`, runId: 'run-7' },
      },
      { interceptors: [observer] },
    );
    await environment.run(run, { platform: 'sandbox' }).catch(() => undefined);
    return { ended, errors };
  }

  it('measures by kind and step what went well', async () => {
    const { ended, errors } = await observe(async () => 'fine');
    expect(ended).toEqual([{ kind: 'upload', step: 'openSession', outcome: 'ok', ms: expect.any(Number) }]);
    expect(errors).toEqual([]);
  });

  it("counts the steps of a bulk task's own workflow as its kind's", async () => {
    const kindOf = async (workflowType: string) => (await observe(async () => 'fine', workflowType)).ended[0]?.kind;
    expect(await kindOf('bulkUpload')).toBe('upload');
    expect(await kindOf('bulkMediaUniq')).toBe('media-uniq');
    expect(await kindOf('accountMediaUniq')).toBe('media-uniq');
    expect(await kindOf('scheduledBulkTask')).toBe('scheduled-bulk-task');
  });

  it('tells a failure with everything that is known about it, and without secrets', async () => {
    const { ended, errors } = await observe(async () => {
      throw ApplicationFailure.create({
        type: 'PageChanged',
        message: 'No button for a-worker-token at http://x/?k=v',
      });
    });
    expect(ended[0]?.outcome).toBe('PageChanged');
    expect(errors).toEqual([
      {
        ...{ type: 'PageChanged', message: 'No button for [masked] at http://x/', kind: 'upload', step: 'openSession' },
        ...{ platform: 'sandbox', accountTaskId: ACCOUNT_TASK, runId: 'run-7' },
      },
    ]);
  });

  it('takes a cancellation for no failure, and a look that is repeated by design for nothing at all', async () => {
    const cancelled = await observe(async () => {
      throw new CancelledFailure('no more');
    });
    expect([cancelled.ended[0]?.outcome, cancelled.errors]).toEqual(['cancelled', []]);
    const looked = await observe(async () => {
      throw ApplicationFailure.create({ message: 'not yet', category: ApplicationFailureCategory.BENIGN });
    });
    expect(looked).toEqual({ ended: [], errors: [] });
  });
});

describe('errors on their way', () => {
  const error = (message: string, accountTaskId?: string): WorkerError => ({
    ...{ type: 'Unavailable', message, kind: 'upload', step: 'openSession' },
    ...(accountTaskId ? { accountTaskId } : {}),
  });
  const countOf = (one: WorkerError) => Number(one.detail?.count ?? 1);

  it('are told once with their count when the same comes again', () => {
    const queue = createErrorQueue();
    for (let n = 0; n < 5; n += 1) queue.add(error('away'));
    queue.add(error('another'));
    expect(queue.take(100)).toEqual([{ ...error('away'), detail: { count: 5 } }, error('another')]);
    expect(queue.take(100)).toEqual([]);
  });

  it('are bounded in a minute, and none goes uncounted', () => {
    let now = 0;
    const queue = createErrorQueue(() => now);
    for (let n = 0; n < 1_000; n += 1) queue.add(error('away', `account-${n}`));
    for (let n = 0; n < 1_000; n += 1) queue.add(error(`cause ${n}`, 'account-1'));
    const told = [...queue.take(100), ...queue.take(100)];
    expect(told.length).toBeLessThanOrEqual(121);
    expect(told.reduce((sum, one) => sum + countOf(one), 0)).toBe(2_000);
    expect(told.find(({ accountTaskId }) => accountTaskId === undefined)).toMatchObject({ message: 'away' });
    expect(told.at(-1)?.type).toBe('TooManyErrors');
    now += 60_000;
    queue.add(error('away', 'account-0'));
    expect(queue.take(100)).toEqual([error('away', 'account-0')]);
  });

  it('are told first when they could not be told before', () => {
    const queue = createErrorQueue();
    for (let n = 0; n < 2; n += 1) queue.add(error('old'));
    const taken = queue.take(100);
    queue.add(error('new'));
    queue.giveBack(taken);
    expect(queue.take(100).map((one) => [one.message, countOf(one)])).toEqual([
      ['old', 2],
      ['new', 1],
    ]);
  });
});

describe('reports', () => {
  interface Sent {
    sequence: number;
    timings: Timing[];
    metrics: Record<string, number>;
  }
  function bench(answers: (Error | 'taken')[]) {
    const sent: { path: string; body: Sent }[] = [];
    const timings = createTimings();
    const errors = createErrorQueue();
    const reports = createReports({
      link: {
        async call(_method, path, body, schema) {
          sent.push({ path, body: structuredClone(body) as Sent });
          const answer = answers.shift() ?? 'taken';
          if (answer instanceof Error) throw answer;
          return schema.parse(undefined);
        },
      },
      log: pino({ level: 'silent' }),
      timings,
      errors,
      measure: async () => ({ cpu: 0.5 }),
    });
    return { sent, timings, errors, reports };
  }
  const work = (ms: number): Ended => ({ kind: 'upload', step: 'submitPost', outcome: 'ok', ms });

  it('repeat what was not answered under its first number, and what came since under the next', async () => {
    const { sent, timings, reports } = bench([new Error('the API is away')]);
    timings.observe(work(10));
    await expect(reports.metrics('w')).rejects.toThrow('away');
    timings.observe(work(10));
    await reports.metrics('w');
    await reports.metrics('w');
    const [first, again, next] = sent.map(({ body }) => body);
    expect(again!.sequence).toBe(first!.sequence);
    expect(again!.timings).toEqual(first!.timings);
    expect(next!.sequence).toBe(first!.sequence + 1);
    expect([first, next].map((one) => one!.timings.map(({ n }) => n))).toEqual([[1], [1]]);
  });

  it('say how many activities a minute there were since the last one', async () => {
    const { sent, timings, reports } = bench([]);
    timings.observe(work(1));
    timings.observe({ ...work(1), outcome: 'PageChanged' });
    await reports.metrics('w');
    const { activitiesPerMinute, failuresPerMinute } = sent[0]!.body.metrics as Record<string, number>;
    expect(activitiesPerMinute! / failuresPerMinute!).toBeCloseTo(2, 1);
    await reports.metrics('w');
    expect(sent[1]!.body.metrics).toMatchObject({ cpu: 0.5, activitiesPerMinute: 0, failuresPerMinute: 0 });
  });

  it('keep errors while the API is away or does not know the worker, and let go of what it never takes', async () => {
    const unknown = new LinkRefused(404, 'no such worker');
    const { sent, errors, reports } = bench([new Error('away'), unknown, 'taken', new LinkRefused(400, 'no')]);
    errors.add({ type: 'Unavailable', message: 'x' });
    await expect(reports.errors('w')).rejects.toThrow('away');
    await expect(reports.errors('w')).rejects.toThrow('no such worker');
    await reports.errors('w');
    errors.add({ type: 'Unavailable', message: 'y' });
    await reports.errors('w');
    await reports.errors('w');
    expect(sent).toHaveLength(4);
  });
});
