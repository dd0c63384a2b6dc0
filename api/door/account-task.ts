import type { z } from 'zod';
import { hasPages } from '../../activities/platforms/profiles.ts';
import { accountWorkflowId } from '../../contracts/bulk.ts';
import { say } from '../../contracts/said.ts';
import type { AccountTaskState } from '../../contracts/states.ts';
import type { Deps } from '../deps.ts';
import { notFound } from '../problem.ts';
import { saidOf, toldData } from '../said.ts';
import { type AccountTaskRow, temporalUrl } from './read.ts';
import type { accountTaskItemSchema, accountTaskSchema } from './schemas.ts';

const TIMELINE = 500;

const iso = (time: Date | null): string | null => time?.toISOString() ?? null;

export function toAccountTaskItem(row: AccountTaskRow): z.input<typeof accountTaskItemSchema> {
  return {
    id: row.id,
    ordinal: row.ordinal,
    accountId: row.accountId,
    username: row.username,
    state: row.state as AccountTaskState,
    stateReason: row.stateReason,
    ...saidOf({ stateReason: row.stateReason }),
    counters: row.counters,
    ...(row.errorType
      ? { error: { type: row.errorType, message: row.errorMessage ?? '', ...saidOf({ message: row.errorMessage }) } }
      : {}),
    attempts: row.attempts,
    wakeAt: iso(row.wakeAt),
    startedAt: iso(row.startedAt),
    finishedAt: iso(row.finishedAt),
  };
}

/**
 * Everything known of one account task: plan, timeline (its newest 500 entries, oldest first), posts and evidence.
 * @throws Problem 404
 */
export async function readAccountTask(
  deps: Pick<Deps, 'db' | 'env'>,
  address: { kind: string; id: string; accountTaskId: string },
): Promise<z.input<typeof accountTaskSchema>> {
  const { kind, id, accountTaskId } = address;
  const found = await deps.db.accountTask.findFirst({
    where: { id: accountTaskId, taskId: id, task: { kind } },
    include: {
      account: { select: { platform: true } },
      intents: { orderBy: { index: 'asc' } },
      evidence: { orderBy: { createdAt: 'asc' } },
    },
  });
  if (!found) throw notFound(say('none.task-of', { id: accountTaskId, kind, task: id }));
  const [events, challenge] = await Promise.all([
    deps.db.taskEvent.findMany({ where: { accountTaskId }, orderBy: { id: 'desc' }, take: TIMELINE }),
    deps.db.challenge.findFirst({ where: { accountTaskId, state: 'open' }, orderBy: { createdAt: 'desc' } }),
  ]);
  const workflowId = accountWorkflowId(id, accountTaskId);
  return {
    ...toAccountTaskItem({ ...found, counters: found.counters as Record<string, number> }),
    taskId: id,
    kind,
    platform: found.account.platform,
    hasPages: hasPages(found.account.platform),
    plan: found.plan,
    timeline: events.reverse().map((event) => ({
      id: `${event.xid}-${event.id}`,
      type: event.type,
      at: event.at.toISOString(),
      data: toldData(event.data),
    })),
    intents: found.intents.map((intent) => ({
      id: intent.id,
      index: intent.index,
      state: intent.state,
      caption: intent.caption,
      mediaSha256: intent.mediaSha256,
      submits: intent.submits,
      submittedAt: iso(intent.submittedAt),
      postId: intent.postId,
      permalink: intent.permalink,
    })),
    evidence: found.evidence.map(({ id: evidenceId, step, kind: sort, contentType, bytes, createdAt }) => ({
      id: evidenceId,
      step,
      kind: sort,
      contentType,
      bytes,
      createdAt: createdAt.toISOString(),
    })),
    challenge: challenge && {
      id: challenge.id,
      type: challenge.type,
      message: challenge.message,
      ...saidOf({ message: challenge.message }),
      createdAt: challenge.createdAt.toISOString(),
    },
    workflowId,
    temporalUrl: temporalUrl(deps.env, workflowId),
  };
}
