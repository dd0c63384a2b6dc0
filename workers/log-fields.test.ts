import { MockActivityEnvironment } from '@temporalio/testing';
import { outsideOfWork } from '../config/log-context.ts';
import { createLogger } from '../config/logger.ts';
import { logActivities } from './log-fields.ts';
import { temporalLogger } from './runtime.ts';

const TASK = '99999999-2222-4333-8444-555555555555';
const ACCOUNT_TASK = '11111111-2222-4333-8444-555555555555';
const workflowId = `bulk/${TASK}/${ACCOUNT_TASK}`;

function logger() {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger('t', 'info', { write: (line) => lines.push(JSON.parse(line)) });
  return { log, lines };
}

async function inActivity(attempt: number, run: () => Promise<void>): Promise<void> {
  const workflowExecution = { workflowId, runId: 'run-7' };
  const info = { workflowType: 'accountCookieRobot', activityType: 'openSession', attempt, workflowExecution };
  await new MockActivityEnvironment(info, { interceptors: [logActivities] }).run(run);
}

describe('what is logged in a worker', () => {
  it('says in an activity which task, account task, run, step and attempt it is about', async () => {
    const { log, lines } = logger();
    await inActivity(3, async () => {
      await new Promise((done) => setTimeout(done, 1));
      log.warn({ session: { cookies: [{ value: 'needle' }] } }, 'a step');
    });
    log.info('outside');
    expect(lines[0]).toMatchObject({
      ...{ taskId: TASK, accountTaskId: ACCOUNT_TASK, kind: 'cookie-robot', workflowId, runId: 'run-7' },
      ...{ step: 'openSession', attempt: 3, msg: 'a step' },
    });
    expect(JSON.stringify(lines)).not.toContain('needle');
    expect(lines[1]).not.toHaveProperty('taskId');
  });

  it('does not blame an account for what is shared and outlives its step', async () => {
    const { log, lines } = logger();
    await inActivity(1, async () => {
      await outsideOfWork(() => new Promise((done) => setTimeout(done, 1)).then(() => log.warn('a browser ended')));
      log.warn('a step');
    });
    expect(lines[0]).not.toHaveProperty('accountTaskId');
    expect(lines[1]).toHaveProperty('accountTaskId', ACCOUNT_TASK);
  });

  it('has the same names in lines of workflows and of the SDK, and no token of a task', () => {
    const { log, lines } = logger();
    const said = temporalLogger(log);
    said.info('The account waits for a person', { workflowId, runId: 'run-7', workflowType: 'accountUpload' });
    said.warn('Activity failed', {
      ...{ workflowId: `bulk/${TASK}`, workflowRunId: 'run-8', workflowType: 'bulkUpload', activityType: 'tallies' },
      ...{ attempt: 2, taskToken: 'needle', error: new Error('gone with http://user:needle@proxy:1/') },
    });
    expect(lines[0]).toMatchObject({ taskId: TASK, accountTaskId: ACCOUNT_TASK, kind: 'upload', runId: 'run-7' });
    expect(lines[1]).toMatchObject({ taskId: TASK, kind: 'upload', runId: 'run-8', step: 'tallies', attempt: 2 });
    expect(lines[1]).not.toHaveProperty('accountTaskId');
    expect(JSON.stringify(lines)).not.toContain('needle');
  });
});
