import type { Pool } from 'pg';
import { bulkWorkflowId } from '../contracts/bulk.ts';
import { ERROR_POLICIES, TaskError } from '../contracts/errors.ts';
import type {
  AccountChange,
  Claim,
  ClaimRequest,
  OrchestratorActivities,
  SettleRequest,
} from '../contracts/orchestration.ts';
import { paceWait } from '../contracts/pace.ts';
import type { PlatformProfile } from '../contracts/platform.ts';
import type { AccountTaskState, FinalAccountTaskState } from '../contracts/states.ts';
import { isFinalAccountTaskState } from '../contracts/states.ts';
import { accountLeaseResource } from '../contracts/worker-api.ts';
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

/** While a bulk task is paused: at first, so that a short pause costs little, and at most. */
const PAUSED_WAIT_MS = 3_000;
const PAUSED_WAIT_MAX_MS = 5 * 60_000;
const LEASE_WAIT_MS = 10_000;

const OPEN_STATES: readonly AccountTaskState[] = ['pending', 'running', 'paced', 'parked'];

interface ClaimRow {
  state: AccountTaskState;
  stateReason: string | null;
  counters: Record<string, number>;
  version: number;
  errorType: string | null;
  errorMessage: string | null;
  plan: unknown;
  params: unknown;
  taskState: string;
  minGapSeconds: number | null;
  accountId: string;
  platform: string;
  status: string;
  statusReason: string | null;
  timeZone: string;
  quietHours: { from: string; to: string } | null;
  dailyLimits: { posts?: number; minGapMinutes?: number } | null;
  postsToday: number;
  lastPostAt: Date | null;
  unresolved: number;
}

const READ = statement(
  'desk_read',
  `SELECT at.state, at."stateReason", at.counters, at.version, at."errorType", at."errorMessage", at.plan,
     t.params, t.state AS "taskState", (t.pace->>'minGapSeconds')::float AS "minGapSeconds",
     acc.id AS "accountId", acc.platform, acc.status, acc."statusReason", acc."timeZone", acc."quietHours",
     acc."dailyLimits", coalesce(p."postsToday", 0) AS "postsToday", p."lastPostAt",
     coalesce(p.unresolved, 0) AS unresolved
   FROM "AccountTask" at
   JOIN "BulkTask" t ON t.id = at."taskId"
   JOIN "Account" acc ON acc.id = at."accountId"
   LEFT JOIN LATERAL (
     SELECT count(*) FILTER (
         WHERE i."submittedAt" >= date_trunc('day', now() AT TIME ZONE acc."timeZone") AT TIME ZONE acc."timeZone"
       )::int AS "postsToday",
       max(i."submittedAt") AS "lastPostAt",
       count(*) FILTER (WHERE i."accountTaskId" = at.id AND i.state IN ('submitting', 'unknown'))::int AS unresolved
     FROM "PostIntent" i
     WHERE i."accountId" = acc.id AND i."submittedAt" > now() - interval '2 days'
       AND i.state IN ('submitting', 'posted', 'unknown')
   ) p ON true
   WHERE at.id = $1`,
);

const NOTE_ACCOUNT = statement(
  'desk_note_account',
  `UPDATE "Account" SET status = $2, "statusReason" = $3, "updatedAt" = now() WHERE id = $1 AND status <> 'disabled'`,
);

export interface DeskDependencies {
  pool: Pool;
  relay: Relay;
  profiles: Readonly<Record<string, PlatformProfile>>;
  now?: () => number;
}

export function createDesk({ pool, relay, profiles, now = Date.now }: DeskDependencies) {
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

  function refusal(found: ClaimRow): Extract<Claim, { status: 'refused' }> | null {
    const why = found.statusReason ? ` ${found.statusReason}` : '';
    switch (found.status) {
      case 'bad_credentials':
        return {
          status: 'refused',
          type: 'InvalidCredentials',
          message: `The account's log-in data was refused.${why}`,
        };
      case 'blocked':
        return { status: 'refused', type: 'AccountBlocked', message: `The account is blocked on the platform.${why}` };
      case 'disabled':
        return { status: 'refused', type: 'InvalidInput', message: 'The account is disabled in Flotilla.' };
      default:
        return null;
    }
  }

  function waitFor(
    found: ClaimRow,
    profile: PlatformProfile,
    request: ClaimRequest,
  ): { waitMs: number; reason: string } | null {
    // A post whose outcome is open is settled first, whatever the pace says: looking takes nothing from the budget.
    if (found.unresolved > 0) return null;
    if (found.taskState === 'paused') {
      const waitMs = Math.min(PAUSED_WAIT_MS * 2 ** Math.min(request.waits, 10), PAUSED_WAIT_MAX_MS);
      return { waitMs, reason: 'The bulk task is paused.' };
    }
    if (!request.post) return null;
    const gapMs = Math.max(
      profile.limits.minPostGapMs,
      (found.dailyLimits?.minGapMinutes ?? 0) * 60_000,
      (found.minGapSeconds ?? 0) * 1_000,
    );
    const wait = paceWait({
      now: now(),
      timeZone: found.timeZone,
      quietHours: found.quietHours,
      postsToday: found.postsToday,
      lastPostAt: found.lastPostAt?.getTime() ?? null,
      limits: { postsPerDay: found.dailyLimits?.posts ?? profile.limits.postsPerDay, minGapMs: gapMs },
    });
    return wait && { waitMs: Math.max(1_000, wait.until - now()), reason: wait.reason };
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

  /** Asks to go on: account in order, pace, lease. Writes `running` or, when it has to wait, `paced`. */
  async function claim(request: ClaimRequest): Promise<Claim> {
    const found = await row<ClaimRow>(pool, READ, [request.accountTaskId]);
    if (!found) throw new TaskError('InvalidInput', `There is no account task ${request.accountTaskId} in the ledger.`);
    if (isFinalAccountTaskState(found.state)) {
      return { status: 'ended', outcome: outcomeOf(found, found.state) };
    }
    const refused = refusal(found);
    if (refused) return refused;
    const profile = profiles[found.platform];
    if (!profile)
      return { status: 'refused', type: 'InvalidInput', message: `Platform ${found.platform} is not known.` };

    const wait = waitFor(found, profile, request);
    if (wait) {
      await pause(request.accountTaskId, wait.waitMs, wait.reason);
      return { status: 'wait', ...wait };
    }
    const resource = accountLeaseResource(found.accountId);
    const lease = await acquireLease(pool, { resource, owner: request.owner, ttlMs: ACCOUNT_LEASE_TTL_MS });
    if (!lease.acquired) {
      const reason = `The account is in use by ${lease.holder?.owner ?? 'another run'}.`;
      // Waiters spread out, so that a freed account is not asked for by all of them at once.
      const waitMs = Math.round(LEASE_WAIT_MS * (0.5 + Math.random()));
      await pause(request.accountTaskId, waitMs, reason);
      return { status: 'wait', waitMs, reason };
    }
    if (found.state !== 'running') {
      const change: Transition = {
        accountTaskId: request.accountTaskId,
        from: ['pending', 'paced', 'parked'],
        to: 'running',
        newAttempt: found.state === 'pending',
      };
      // The parent counts a started child as running by itself; only a return from waiting is news.
      const moved = found.state === 'pending' ? await transition(pool, change) : await move(change);
      // It was cancelled, or moved otherwise, since it was read: look again, and hold nothing if it has ended.
      if (moved === undefined) {
        await releaseLease(pool, resource, lease.lease.fencingToken);
        return claim(request);
      }
    }
    return {
      status: 'go',
      accountId: found.accountId,
      platform: found.platform,
      transport: profile.transport,
      publishSettleMs: profile.publishSettleMs,
      fencingToken: lease.lease.fencingToken,
      params: found.params,
      plan: found.plan,
      counters: found.counters,
    };
  }

  return {
    claim,

    /** The account waits for `waitMs` and gives its lease back. */
    async pace(request: Parameters<OrchestratorActivities['pace']>[0]): Promise<void> {
      await pause(request.accountTaskId, request.waitMs, request.reason);
      await releaseLease(pool, accountLeaseResource(request.accountId), request.fencingToken);
    },

    /** The account waits for a person: an inbox entry is made once, and the lease given back. */
    async park(request: Parameters<OrchestratorActivities['park']>[0]): Promise<{ challengeId: string }> {
      const challenge = await row<{ id: string }>(pool, OPEN_CHALLENGE, [
        request.accountTaskId,
        request.accountId,
        request.taskId,
        request.type,
        request.message,
      ]);
      if (!challenge) throw new Error('The inbox entry was not written.');
      await move({
        accountTaskId: request.accountTaskId,
        from: ['pending', 'running', 'paced'],
        to: 'parked',
        reason: request.message,
      });
      await releaseLease(pool, accountLeaseResource(request.accountId), request.fencingToken);
      return { challengeId: challenge.id };
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
      const found = await row<ClaimRow>(pool, READ, [request.accountTaskId]);
      return { version: found?.version ?? 0 };
    },

    async fence(request: { accountId: string; fencingToken: string }): Promise<void> {
      await releaseLease(pool, accountLeaseResource(request.accountId), request.fencingToken);
    },
  };
}

const OPEN_CHALLENGE = statement(
  'desk_open_challenge',
  `WITH open AS (
     SELECT id FROM "Challenge" WHERE "accountTaskId" = $1 AND state = 'open'
   ), made AS (
     INSERT INTO "Challenge" ("accountTaskId", "accountId", "taskId", type, message)
     SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS (SELECT 1 FROM open) RETURNING id
   )
   SELECT id FROM open UNION ALL SELECT id FROM made LIMIT 1`,
);

const CLOSE_CHALLENGE = statement(
  'desk_close_challenge',
  `UPDATE "Challenge" SET state = $2, "answeredAt" = now() WHERE id = $1 AND state = 'open'`,
);

function outcomeOf(found: ClaimRow, state: FinalAccountTaskState): Extract<Claim, { status: 'ended' }>['outcome'] {
  const type = found.errorType as keyof typeof ERROR_POLICIES | null;
  return {
    state,
    counters: found.counters,
    version: found.version,
    error: type ? { type, message: found.errorMessage ?? '' } : null,
  };
}
