import type { WebSocket } from 'ws';
import { acquireLease, releaseLease } from '../../activities/leases.ts';
import { hasPages } from '../../activities/platforms/profiles.ts';
import { takeOverOwner } from '../../contracts/live-view.ts';
import { say } from '../../contracts/said.ts';
import type { AccountTaskState } from '../../contracts/states.ts';
import { accountLeaseResource } from '../../contracts/worker-api.ts';
import type { Actor } from '../actor.ts';
import { appendAudit } from '../audit/append.ts';
import type { Deps } from '../deps.ts';
import { asSql, queryOne } from '../door/sql.ts';
import { answerChallenge } from '../inbox-answer.ts';
import { conflict, notFound, Problem, unavailable } from '../problem.ts';
import { endView } from './hub.ts';

/** Until the host renews it for the first time, milliseconds: opening a browser may take a while. */
const FIRST_TTL_MS = 60_000;

interface Parked {
  accountTaskId: string;
  accountId: string;
  platform: string;
  username: string;
  state: AccountTaskState;
  challengeId: string | null;
}

const FIND = `
  SELECT t.id AS "accountTaskId", a.id AS "accountId", a.platform, a.username, t.state,
    (SELECT c.id FROM "Challenge" c WHERE c."accountTaskId" = t.id AND c.state = 'open'
     ORDER BY c."createdAt" DESC LIMIT 1) AS "challengeId"
  FROM "AccountTask" t JOIN "Account" a ON a.id = t."accountId" WHERE t.id = $1::uuid`;

/** @throws Problem 404, 409 when there is nothing to take over */
async function findParked(deps: Deps, accountTaskId: string): Promise<Parked & { challengeId: string }> {
  const found = await queryOne<Parked>(deps.db, FIND, accountTaskId);
  if (!found) throw notFound('There is no such account task.');
  if (!hasPages(found.platform)) {
    throw conflict('This platform is used over its API: there is no page to take over.');
  }
  const { challengeId, state } = found;
  if (state !== 'parked' || challengeId === null) {
    throw conflict(say(`order.not-waiting.${state as AccountTaskState}`));
  }
  return { ...found, challengeId };
}

export interface TakeOverCall {
  accountTaskId: string;
  actor: Actor;
  address: string | null;
  requestId: string;
}

/**
 * Gives the page of a parked account to a person, and goes on with the account task when they say that it is done.
 * The account's lease is held meanwhile, so that no task acts as the account; beginning and end are in the audit log.
 */
export async function serveTakeOver(deps: Deps, person: WebSocket, call: TakeOverCall): Promise<void> {
  const { actor } = call;
  try {
    const parked = await findParked(deps, call.accountTaskId);
    const resource = accountLeaseResource(parked.accountId);
    const sql = asSql(deps.db);
    const held = await acquireLease(sql, { resource, owner: takeOverOwner(call.requestId), ttlMs: FIRST_TTL_MS });
    if (!held.acquired) throw conflict('The account is in use right now, by a task or another person. Try again soon.');
    const { fencingToken } = held.lease;

    const note = async (action: string, detail: Record<string, unknown>) =>
      await appendAudit(deps, {
        actorId: actor.id,
        actor: actor.name,
        action,
        subject: `accounts/${parked.accountId}`,
        detail: { accountTaskId: parked.accountTaskId, challengeId: parked.challengeId, ...detail },
        address: call.address,
        requestId: call.requestId,
      });
    // Without a row in the log nobody gets the page.
    await note('takeOver.started', { username: parked.username }).catch(async (error: unknown) => {
      await releaseLease(sql, resource, fencingToken);
      throw error;
    });
    const startedAt = Date.now();
    const { accountId, platform, accountTaskId } = parked;
    const end = await deps.live.takeOver(person, { accountTaskId, accountId, platform, fencingToken });
    // A host that is away may still have the page open; its lease ends by itself, and then the page is closed.
    if (end.reason !== 'host-gone' || end.host === null) await releaseLease(sql, resource, fencingToken);
    const seconds = Math.round((Date.now() - startedAt) / 1_000);
    await note('takeOver.ended', { reason: end.reason, seconds, host: end.host });
    if (end.reason === 'finished') {
      const answer = { action: 'solved' } as const;
      await answerChallenge(deps, { challengeId: parked.challengeId, answer, by: actor.name });
    }
    endView(person, end.reason, end.message);
  } catch (error) {
    if (!(error instanceof Problem)) deps.log.error({ err: error }, 'a take-over failed');
    const problem = error instanceof Problem ? error : unavailable('Something went wrong here; look into the log.');
    endView(person, 'failed', problem.message);
  }
}
