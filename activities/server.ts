import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Pool } from 'pg';
import { accountWorkflowId } from '../contracts/bulk.ts';
import type { ServerActivities } from '../contracts/orchestration.ts';
import { settleLost } from './bulk-ledger.ts';
import { transition } from './ledger.ts';
import { rows, statement, transaction } from './sql.ts';

/** Orders to the Temporal server about many account workflows at once; resumable, because the ledger says what is left. */
const CHUNK = 500;

const OPEN = statement(
  'server_open',
  `SELECT id, ordinal, state FROM "AccountTask"
   WHERE "taskId" = $1 AND state IN ('pending', 'running', 'paced', 'parked') AND ordinal > $2 ORDER BY ordinal LIMIT $3`,
);

export interface ServerDependencies {
  pool: Pool;
  client: Client;
  heartbeat(detail: unknown): void;
}

export function createServerActivities({ pool, client, heartbeat }: ServerDependencies): ServerActivities {
  async function requestCancel(workflowId: string): Promise<void> {
    try {
      await client.workflow.getHandle(workflowId).cancel();
    } catch (error) {
      // Its workflow has ended, or was never started: there is nothing left to cancel.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }

  async function isOver(workflowId: string): Promise<boolean> {
    try {
      const { status } = await client.workflow.getHandle(workflowId).describe();
      return status.name !== 'RUNNING';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return true;
      throw error;
    }
  }

  return {
    async cancelChildren({ taskId, reason }) {
      let after = -1;
      for (;;) {
        const open = await rows<{ id: string; ordinal: number; state: string }>(pool, OPEN, [taskId, after, CHUNK]);
        const last = open.at(-1);
        if (!last) return;
        const begun = new Set(open.filter(({ state }) => state !== 'pending').map(({ id }) => id));
        await transaction(pool, async (sql) => {
          for (const { id, state } of open) {
            if (state !== 'pending') continue;
            const moved = await transition(sql, { accountTaskId: id, from: ['pending'], to: 'cancelled', reason });
            // It has begun since it was read.
            if (!moved) begun.add(id);
          }
        });
        for (const id of begun) {
          await requestCancel(accountWorkflowId(taskId, id));
          heartbeat(id);
        }
        heartbeat(last.ordinal);
        after = last.ordinal;
      }
    },

    async endOrphans({ taskId, active }) {
      let ended = 0;
      for (const [, id] of active) {
        heartbeat(id);
        if (!(await isOver(accountWorkflowId(taskId, id)))) continue;
        const reason = 'The run of this account was ended from outside, without a result.';
        if (await settleLost(pool, { taskId, accountTaskId: id, reason })) ended += 1;
      }
      return ended;
    },
  };
}
