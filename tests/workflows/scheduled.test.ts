import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { createLogger } from '../../config/logger.ts';
import { ORCHESTRATOR_QUEUE } from '../../contracts/queues.ts';
import type { RunScheduleAnswer, ScheduledOutcome } from '../../contracts/schedules.ts';
import { SCHEDULED_WORKFLOW } from '../../contracts/schedules.ts';
import { workflowBundle } from '../../workers/bundle.ts';
import { createFakes, startTimeSkipping, TaskError } from './fakes.ts';

let skipping: Awaited<ReturnType<typeof startTimeSkipping>>;
beforeAll(async () => {
  skipping = await startTimeSkipping();
}, 120_000);
afterAll(() => skipping?.env.teardown());

const taskId = randomUUID();
const started: RunScheduleAnswer = { status: 'started', taskId };

interface Firing {
  /** What the API says, one call after the other; the last one again and again. */
  answers: (RunScheduleAnswer | Error)[];
  /** How often the bulk task is found running before it has ended. */
  looks?: number;
  during?(handle: WorkflowHandle): Promise<unknown>;
}

async function fire({ answers, looks = 0, during }: Firing) {
  const fakes = createFakes();
  const firedAt: string[] = [];
  let looked = 0;
  const activities = {
    async runSchedule(request: { firedAt: string }) {
      firedAt.push(request.firedAt);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer instanceof Error) throw answer;
      return answer;
    },
    async taskEnd() {
      looked += 1;
      if (looked > looks) return { state: 'completed' };
      throw ApplicationFailure.create({ type: 'StillRunning', message: 'It runs.' });
    },
  };
  return skipping.withWorkers({ ...fakes, ledger: { ...fakes.ledger, ...activities } }, [], async () => {
    const handle = await skipping.env.client.workflow.start(SCHEDULED_WORKFLOW, {
      taskQueue: ORCHESTRATOR_QUEUE,
      workflowId: `schedule/${randomUUID()}/run`,
      args: [{ scheduleId: randomUUID() }],
    });
    await during?.(handle);
    const outcome = await (handle.result() as Promise<ScheduledOutcome>).catch((error: unknown) => error);
    return { outcome, firedAt, looked: () => looked, history: await handle.fetchHistory() };
  });
}

describe('one firing of a schedule', () => {
  it('lasts as long as the bulk task that it ordered, and its history does not grow with that', async () => {
    const { outcome, history, looked } = await fire({ answers: [started], looks: 120 });
    expect(outcome).toEqual({ status: 'ran', taskId, state: 'completed' });
    expect(looked()).toBe(121);
    expect(history.events?.length).toBeLessThan(25);

    const cacheFolder = join(tmpdir(), 'flotilla-test-cache');
    const bundle = await workflowBundle({ cacheFolder, log: createLogger('test', 'silent') });
    await Worker.runReplayHistory({ workflowBundle: bundle }, history, 'replayed');
  });

  it('names the same time in every attempt, so that a lost answer makes no second task', async () => {
    const away = new TaskError('Unavailable', 'The API did not answer.');
    const { outcome, firedAt } = await fire({ answers: [away, new Error('lost'), started] });
    expect(outcome).toMatchObject({ status: 'ran' });
    expect(firedAt).toHaveLength(3);
    expect(new Set(firedAt).size).toBe(1);
  });

  it('fails for all to see when the door refuses, and says why', async () => {
    const { outcome } = await fire({ answers: [{ status: 'refused', reason: 'No account has the tag crew.' }] });
    expect(outcome).toBeInstanceOf(WorkflowFailedError);
    expect((outcome as WorkflowFailedError).cause?.message).toBe('No account has the tag crew.');
  });

  it('ends without a task when the schedule is paused or gone', async () => {
    const dropped: RunScheduleAnswer = { status: 'dropped', reason: 'The schedule is paused.' };
    const { outcome, looked } = await fire({ answers: [dropped] });
    expect(outcome).toEqual(dropped);
    expect(looked()).toBe(0);
  });
});
