import type { Pool } from 'pg';
import { bulkWorkflowId } from '../contracts/bulk.ts';
import { ERROR_POLICIES, TaskError } from '../contracts/errors.ts';
import type {
  AccountChange,
  Claim,
  ClaimRequest,
  OrchestratorActivities,
  Parked,
  SettleRequest,
} from '../contracts/orchestration.ts';
import type { PlatformProfile } from '../contracts/platform.ts';
import { say } from '../contracts/said.ts';
import type { AccountTaskState } from '../contracts/states.ts';
import { isFinalAccountTaskState } from '../contracts/states.ts';
import { accountLeaseResource } from '../contracts/worker-api.ts';
import type { WorkRequest } from '../contracts/works.ts';
import { challengeAlert } from './alerts.ts';
import type { ClaimRow } from './desk-claim.ts';
import { outcomeOf, readClaim, refusal, waitFor } from './desk-claim.ts';
import { lanesOf, takeLanes } from './lanes.ts';
import { ACCOUNT_LEASE_TTL_MS } from './lease-ttl.ts';
import { acquireLease, releaseLease } from './leases.ts';
import type { Transition } from './ledger.ts';
import { transition } from './ledger.ts';
import type { Relay } from './relay.ts';
import { row, statement } from './sql.ts';

/**
 * What an account workflow asks of the ledger: may I go on, I wait, I wait for a person, I have ended.
 * Each call may be repeated with the same effect as once.
 */

const LEASE_WAIT_MS = 10_000;

/** What is given where no lease is needed; it opens nothing. */
const NO_LEASE = '0';

const OPEN_STATES: readonly AccountTaskState[] = ['pending', 'running', 'paced', 'parked'];

const NOTE_ACCOUNT = statement(
  'desk_note_account',
  `UPDATE "Account" SET status = $2, "statusReason" = $3, "updatedAt" = now() WHERE id = $1 AND status <> 'disabled'`,
);

/** Owners are workflow ids, or what a person called a lock taken by hand. */
function inUse(owner: string | undefined): string {
  return owner === undefined || owner.startsWith('bulk/')
    ? say('wait.other-task')
    : say('wait.holder', { holder: owner });
}

export interface DeskDependencies {
  pool: Pool;
  relay: Relay;
  profiles: Readonly<Record<string, PlatformProfile>>;
  /** How long a person has to answer what waits for one, milliseconds; 48 hours unless given. */
  challengeMs?: number;
  now?: () => number;
}

export function createDesk({ pool, relay, profiles, challengeMs = 48 * 3_600_000, now = Date.now }: DeskDependencies) {
  /** Moves an account task and tells its parent, where the parent cannot know by itself. */
  async function move(change: Transition, tellUnless?: string | null): Promise<number | undefined> {
    const moved = await transition(pool, change);
    if (!moved) return undefined;
    const known = tellUnless !== undefined && tellUnless !== null && tellUnless === moved.runId;
    if (!known) {
      const news: AccountChange = {
        ordinal: moved.ordinal,
        id: change.accountTaskId,
        version: moved.version,
        to: change.to,
        counters: change.counters ?? {},
        errorType: change.error?.type ?? null,
      };
      relay.tell(bulkWorkflowId(moved.taskId), news);
    }
    return moved.version;
  }

  async function pause(accountTaskId: string, waitMs: number, reason: string): Promise<void> {
    await move({
      accountTaskId,
      from: OPEN_STATES,
      to: 'paced',
      reason,
      wakeAt: new Date(now() + waitMs),
    });
  }

  /** Room in the lanes of the platform and the proxy; asked for last, because only what really goes may take from them. */
  function takeRoom(found: ClaimRow, profile: PlatformProfile, { action, waits }: ClaimRequest) {
    if (action === null || found.unresolved > 0) return null;
    return takeLanes(pool, lanesOf(profile, found.proxyId), waits);
  }

  /**
   * Asks to go on: account in order, pace, lease, lanes. Writes `running` or, when it has to wait, `paced`.
   * @param hasRoom whether the lanes have let it through already
   */
  async function claim(request: ClaimRequest, hasRoom = false): Promise<Claim> {
    const found = await readClaim(pool, request.accountTaskId, request.accountId, request.action);
    if (!found) throw new TaskError('InvalidInput', say('ledger.no-account-task', { id: request.accountTaskId }));
    if (isFinalAccountTaskState(found.state)) {
      return { status: 'ended', outcome: outcomeOf(found, found.state) };
    }
    if (!found.mayAct)
      return { status: 'refused', type: 'InvalidInput', message: 'The accounts are not linked in Flotilla any more.' };
    const refused = request.uses === 'session' ? refusal(found) : null;
    if (refused) return refused;
    const profile = profiles[found.platform];
    if (!profile)
      return {
        status: 'refused',
        type: 'InvalidInput',
        message: say('account.platform', { platform: found.platform }),
      };

    async function waitLonger(wait: { waitMs: number; reason: string }): Promise<Claim> {
      await pause(request.accountTaskId, wait.waitMs, wait.reason);
      return { status: 'wait', ...wait };
    }
    const wait = waitFor(found, profile, request, now());
    if (wait) return waitLonger(wait);

    const resource = accountLeaseResource(found.accountId);
    let fencingToken = NO_LEASE;
    if (request.uses !== 'name') {
      const lease = await acquireLease(pool, { resource, owner: request.owner, ttlMs: ACCOUNT_LEASE_TTL_MS });
      if (!lease.acquired) {
        const reason = inUse(lease.holder?.owner);
        // Waiters spread out, so that a freed account is not asked for by all of them at once.
        return waitLonger({ waitMs: Math.round(LEASE_WAIT_MS * (0.5 + Math.random())), reason });
      }
      fencingToken = lease.lease.fencingToken;
    }
    const giveBack = async () => {
      if (fencingToken !== NO_LEASE) await releaseLease(pool, resource, fencingToken);
    };

    const full = hasRoom ? null : await takeRoom(found, profile, request);
    if (full) {
      // While it runs its session may still be open, and nobody else may have the account until that is closed.
      if (found.state !== 'running') await giveBack();
      return waitLonger(full);
    }
    // It was cancelled, or moved otherwise, since it was read: look again, and hold nothing if it has ended.
    if (found.state !== 'running' && !(await begin(request.accountTaskId, found))) {
      await giveBack();
      return claim(request, true);
    }
    return goOn(found, profile, fencingToken);
  }

  /** @returns whether the account task was still in a state to go on from */
  async function begin(accountTaskId: string, { state, startedAt }: ClaimRow): Promise<boolean> {
    const change: Transition = {
      accountTaskId,
      from: ['pending', 'paced', 'parked'],
      to: 'running',
      // One that had to wait first has not begun yet.
      newAttempt: state === 'pending' || startedAt === null,
    };
    // The parent counts a started child as running by itself; only a return from waiting is news.
    const moved = state === 'pending' ? await transition(pool, change) : await move(change);
    return moved !== undefined;
  }

  function goOn(found: ClaimRow, profile: PlatformProfile, fencingToken: string): Extract<Claim, { status: 'go' }> {
    return {
      status: 'go',
      accountId: found.accountId,
      platform: found.platform,
      transport: profile.transport,
      publishSettleMs: profile.publishSettleMs,
      fencingToken,
      proxyId: found.proxyId,
      params: found.params,
      plan: found.plan,
      counters: found.counters,
    };
  }

  return {
    claim: (request: ClaimRequest): Promise<Claim> => claim(request),

    /** The account waits for `waitMs` and gives its lease back. */
    async pace(request: Parameters<OrchestratorActivities['pace']>[0]): Promise<void> {
      // First of all: the place that this account gives back goes to another one, which has to wait as well.
      if (request.slow) await row(pool, SLOW_DOWN, [request.accountId, request.waitMs, request.reason]);
      await pause(request.accountTaskId, request.waitMs, request.reason);
      await releaseLease(pool, accountLeaseResource(request.accountId), request.fencingToken);
    },

    async spend(request: Parameters<OrchestratorActivities['spend']>[0]): Promise<void> {
      await row(pool, SPEND, [request.accountId, request.action, request.key]);
    },

    async setRampStage(request: WorkRequest<'setRampStage'>): Promise<{ stage: number | null }> {
      await row(pool, RAMP, [request.accountId, request.input.stage]);
      return { stage: request.input.stage };
    },

    /** The account waits for a person: an inbox entry is made once, and the lease given back. */
    async park(request: Parameters<OrchestratorActivities['park']>[0]): Promise<Parked> {
      const challenge = await row<{ id: string }>(pool, OPEN_CHALLENGE, [
        request.accountTaskId,
        request.accountId,
        request.taskId,
        request.type,
        request.message,
        request.evidenceIds ?? [],
      ]);
      if (!challenge) throw new Error('The inbox entry was not written.');
      await move({
        accountTaskId: request.accountTaskId,
        from: ['pending', 'running', 'paced'],
        to: 'parked',
        reason: request.message,
      });
      await releaseLease(pool, accountLeaseResource(request.accountId), request.fencingToken);
      return { challengeId: challenge.id, expiresInMs: challengeMs };
    },

    async unpark(request: { challengeId: string; answer: 'answered' | 'skipped' | 'expired' }): Promise<void> {
      await row(pool, CLOSE_CHALLENGE, [request.challengeId, request.answer]);
    },

    /** Writes the one final state, notes what the error says of the account, and frees the account. */
    async settle(request: SettleRequest): Promise<{ version: number }> {
      const version = await move(
        {
          accountTaskId: request.accountTaskId,
          from: OPEN_STATES,
          to: request.state,
          reason: request.reason,
          error: request.error,
          counters: request.counters,
        },
        request.parentRunId,
      );
      const status = request.error ? ERROR_POLICIES[request.error.type].accountStatus : undefined;
      if (status && request.accountId && request.error) {
        await row(pool, NOTE_ACCOUNT, [request.accountId, status, request.error.message]);
      }
      if (request.accountId && request.fencingToken) {
        await releaseLease(pool, accountLeaseResource(request.accountId), request.fencingToken);
      }
      if (version !== undefined) return { version };
      const found = await readClaim(pool, request.accountTaskId, null, null);
      return { version: found?.version ?? 0 };
    },

    async fence(request: { accountId: string; fencingToken: string }): Promise<void> {
      await releaseLease(pool, accountLeaseResource(request.accountId), request.fencingToken);
    },
  };
}

const SLOW_DOWN = statement(
  'desk_slow_down',
  `INSERT INTO "PaceLane" AS l (resource, "slowUntil", reason)
   SELECT 'platform/' || platform, now() + $2::float8 * interval '1 ms', $3 FROM "Account" WHERE id = $1
   ON CONFLICT (resource) DO UPDATE SET reason = EXCLUDED.reason,
     "slowUntil" = GREATEST(l."slowUntil", EXCLUDED."slowUntil")`,
);

const SPEND = statement(
  'desk_spend',
  `INSERT INTO "AccountAction" ("accountId", action, key) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING`,
);

const RAMP = statement('desk_ramp', `UPDATE "Account" SET "rampStage" = $2, "updatedAt" = now() WHERE id = $1`);

/**
 * An open entry of another cause is of a run that was ended by hand. Its code, or one that no host has taken, is of no
 * use any more: what is asked for now is something else.
 */
const OPEN_CHALLENGE = statement(
  'desk_open_challenge',
  `WITH open AS (
     SELECT id FROM "Challenge" WHERE "accountTaskId" = $1 AND state = 'open' AND type = $4 AND message = $5 LIMIT 1
   ), outdated AS (
     UPDATE "Challenge" SET answer = NULL, state = CASE WHEN state = 'open' THEN 'expired' ELSE state END
     WHERE "accountTaskId" = $1 AND id NOT IN (SELECT id FROM open) AND (state = 'open' OR answer IS NOT NULL)
   ), made AS (
     INSERT INTO "Challenge" ("accountTaskId", "accountId", "taskId", type, message, "evidenceId")
     SELECT $1, $2, $3, $4, $5, (
       SELECT e.id FROM "Evidence" e WHERE e.id = ANY($6::uuid[]) AND e.kind = 'screenshot' LIMIT 1
     ) WHERE NOT EXISTS (SELECT 1 FROM open) RETURNING *
   ), alert AS (
     ${challengeAlert('made')}
   ), event AS (
     INSERT INTO "TaskEvent" ("taskId", "accountTaskId", type, data)
     SELECT $3, $1, 'challenge', jsonb_build_object('challengeId', id, 'type', $4::text, 'state', 'open', 'by', NULL)
     FROM made
   )
   SELECT id, NULL AS notified FROM open
   UNION ALL
   SELECT id, pg_notify('flotilla_events', $3::uuid::text)::text FROM made`,
);

/** A code is kept for the host alone, and only where it is the answer. */
const CLOSE_CHALLENGE = statement(
  'desk_close_challenge',
  `WITH closed AS (
     UPDATE "Challenge" SET state = $2, "answeredAt" = now(),
       answer = CASE WHEN $2 = 'answered' THEN answer END,
       "answeredBy" = CASE WHEN $2 <> 'expired' THEN "answeredBy" END
     WHERE id = $1 AND state = 'open' RETURNING id, "taskId", "accountTaskId", type, "answeredBy"
   ), event AS (
     INSERT INTO "TaskEvent" ("taskId", "accountTaskId", type, data)
     SELECT "taskId", "accountTaskId", 'challenge',
       jsonb_build_object('challengeId', id, 'type', type, 'state', $2::text, 'by', "answeredBy")
     FROM closed
   )
   SELECT pg_notify('flotilla_events', "taskId"::text)::text FROM closed`,
);
