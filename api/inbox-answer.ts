import type { ChallengeState, ChallengeType } from '../contracts/bulk.ts';
import { accountWorkflowId, CHALLENGES } from '../contracts/bulk.ts';
import { RESOLVE_UPDATE } from '../contracts/orchestration.ts';
import { say } from '../contracts/said.ts';
import type { AccountTaskState } from '../contracts/states.ts';
import type { Deps } from './deps.ts';
import { query, queryOne } from './door/sql.ts';
import { sendOrder } from './door/temporal.ts';
import type { InboxAnswer } from './inbox-schemas.ts';
import { conflict, notFound, Problem, unprocessable } from './problem.ts';
import { sealChallengeAnswer } from './secrets.ts';

type AnswerDeps = Pick<Deps, 'db' | 'temporal' | 'log' | 'sealer'>;

interface Found {
  id: string;
  type: ChallengeType;
  state: ChallengeState;
  taskId: string;
  accountTaskId: string;
  answeredBy: string | null;
  accountTaskState: AccountTaskState;
}

const FIND = `
  SELECT c.id, c.type, c.state, c."taskId", c."accountTaskId", c."answeredBy", t.state AS "accountTaskState"
  FROM "Challenge" c JOIN "AccountTask" t ON t.id = c."accountTaskId" WHERE c.id = $1::uuid`;

/**
 * Two people do not answer at once: whoever is first has 20 seconds, longer than the workflow is asked. While an entry
 * is open, `answeredAt` is when somebody set about to answer it.
 */
const RESERVE = `
  UPDATE "Challenge" SET answer = $2::bytea, "answeredBy" = $3, "answeredAt" = now()
  WHERE id = $1::uuid AND state = 'open'
    AND ("answeredBy" IS NULL OR "answeredBy" = $3 OR "answeredAt" < now() - interval '20 seconds')
  RETURNING id`;

const GIVE_UP = `
  UPDATE "Challenge" SET answer = NULL, "answeredBy" = NULL, "answeredAt" = NULL
  WHERE id = $1::uuid AND state = 'open' AND "answeredBy" = $2`;

function refuseClosed({ state, answeredBy }: Found): void {
  if (state === 'open') return;
  if (state === 'expired') throw conflict(say('order.entry-expired'));
  throw conflict(answeredBy ? say(`order.entry-${state}-by`, { name: answeredBy }) : say(`order.entry-${state}`));
}

function refuseUnfitting(found: Found, answer: InboxAnswer): void {
  refuseClosed(found);
  if (found.accountTaskState !== 'parked') {
    throw conflict(say(`order.not-parked.${found.accountTaskState}`));
  }
  if (answer.action !== 'code' || CHALLENGES[found.type].takesCode) return;
  const way = found.type === 'outcome-unknown' ? say('order.code-look') : say('order.code-settle');
  throw unprocessable(`${say('order.code-none')} ${way}`, [{ path: 'action', message: 'Must be solved or skip' }]);
}

/**
 * Gives a person's answer to the account task that waits for it. A code is sealed in the ledger first and never travels
 * through the workflow, which only hears that it may try again.
 * @throws Problem 404, 409 when the entry is closed, 422 for a code where none is asked for, 503 when nobody answers
 */
export async function answerChallenge(
  deps: AnswerDeps,
  { challengeId, answer, by }: { challengeId: string; answer: InboxAnswer; by: string },
): Promise<{ id: string; state: 'answered' | 'skipped' }> {
  const found = await queryOne<Found>(deps.db, FIND, challengeId);
  if (!found) throw notFound('There is no such entry in the inbox.');
  refuseUnfitting(found, answer);
  const sealed = answer.action === 'code' ? sealChallengeAnswer(deps.sealer, challengeId, answer.code) : null;
  if (!(await queryOne(deps.db, RESERVE, challengeId, sealed, by))) {
    const now = await queryOne<Found>(deps.db, FIND, challengeId);
    if (now) refuseClosed(now);
    throw conflict(say('order.entry-busy', { name: now?.answeredBy ?? 'Somebody else' }));
  }
  const action = answer.action === 'skip' ? 'skip' : 'retry';
  try {
    await sendOrder(deps, accountWorkflowId(found.taskId, found.accountTaskId), RESOLVE_UPDATE, { action });
  } catch (error) {
    // After a 503 the workflow may still take the answer, and then the host needs the code.
    if (error instanceof Problem && error.status === 409) await query(deps.db, GIVE_UP, challengeId, by);
    throw error;
  }
  return { id: challengeId, state: action === 'skip' ? 'skipped' : 'answered' };
}
