import type { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { Worker, type WorkflowBundle } from '@temporalio/worker';
import { NO_SPANS } from './orchestrator.ts';

/** Running workflows of one type that are replayed at most: they have the same code, and differ in where they stand. */
const MOST_OF_A_TYPE = 50;
const RUNNING = `ExecutionStatus = 'Running'`;

export interface UpgradeFault {
  workflowId: string;
  type: string;
  /** What the code does that the history does not say, in Temporal's words. */
  reason: string;
}

export interface UpgradeReport {
  /** Workflows that run now, by type. */
  running: Record<string, number>;
  replayed: number;
  faults: UpgradeFault[];
}

export interface UpgradeCheckOptions {
  client: Client;
  /** The workflow code that is to take over. */
  workflowBundle: WorkflowBundle;
  dataConverter?: DataConverter;
  mostOfAType?: number;
}

/**
 * Replays what runs now with the workflow code of this version, and changes nothing: a history that cannot be replayed
 * is one that would stand still after the upgrade.
 */
export async function checkUpgrade(options: UpgradeCheckOptions): Promise<UpgradeReport> {
  const { client, workflowBundle, dataConverter, mostOfAType = MOST_OF_A_TYPE } = options;
  const report: UpgradeReport = { running: {}, replayed: 0, faults: [] };
  for await (const { workflowId, runId, type } of client.workflow.list({ query: RUNNING })) {
    const count = (report.running[type] ?? 0) + 1;
    report.running[type] = count;
    if (count > mostOfAType) continue;
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const replay = { workflowBundle, sinks: NO_SPANS, ...(dataConverter && { dataConverter }) };
    report.replayed += 1;
    await Worker.runReplayHistory(replay, history, workflowId).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      report.faults.push({ workflowId, type, reason: reason.split('\n')[0]?.slice(0, 300) ?? '' });
    });
  }
  return report;
}
