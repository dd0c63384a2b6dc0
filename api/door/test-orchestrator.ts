import { ApplicationFailure, defineSearchAttributeKey } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { createLink } from '../../activities/link.ts';
import { findTool } from '../../tests/tools.ts';
import { orchestrator } from '../../workers/orchestrator.ts';
import type { TestApi } from '../testing.ts';

/** A real Temporal server on a free port. */
export async function startTestTemporal(): Promise<TestWorkflowEnvironment> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const executable = { type: 'existing-path' as const, path: await findTool('temporal') };
  const searchAttributes = [defineSearchAttributeKey('TaskKind', 'KEYWORD')];
  return TestWorkflowEnvironment.createLocal({ server: { executable, searchAttributes } });
}

/** The browser host of these tests: a session opens when it may, and then the account is refused. */
export const browser = { held: [] as (() => void)[], holds: false };
async function openSession(): Promise<never> {
  if (browser.holds) await new Promise<void>((done) => browser.held.push(done));
  throw ApplicationFailure.nonRetryable('The test wants this account to fail.', 'InvalidInput');
}
export function letGo(): void {
  browser.holds = false;
  for (const release of browser.held.splice(0)) release();
}

export interface Workers {
  stop(): Promise<void>;
}
/** The real orchestrator, and the browser host above. */
export async function startWorkers(api: TestApi, temporal: TestWorkflowEnvironment): Promise<Workers> {
  const { env, log, keys } = api.deps;
  const link = createLink({ apiUrl: api.url, workerToken: keys.workerToken });
  const role = await orchestrator({ env, log, link, hostName: 'test', connection: temporal.nativeConnection });
  const fakeBrowser = await Worker.create({
    connection: temporal.nativeConnection,
    taskQueue: 'browser',
    activities: { openSession },
    shutdownGraceTime: 100,
  });
  const workers = [...role.workers, fakeBrowser];
  const runs = workers.map((worker) => worker.run());
  return {
    async stop() {
      letGo();
      for (const worker of workers) worker.shutdown();
      await Promise.all(runs);
      await role.close();
    },
  };
}
