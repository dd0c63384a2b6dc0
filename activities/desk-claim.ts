import type { Pool } from 'pg';
import type { ERROR_POLICIES } from '../contracts/errors.ts';
import type { Claim, ClaimRequest } from '../contracts/orchestration.ts';
import type { AccountLimits, Action, ActionLimits, PaceWait } from '../contracts/pace.ts';
import { actionLimits, paceWait } from '../contracts/pace.ts';
import type { PlatformProfile } from '../contracts/platform.ts';
import { say } from '../contracts/said.ts';
import type { AccountTaskState, FinalAccountTaskState } from '../contracts/states.ts';
import type { Use } from './pace-use.ts';
import { usageOf } from './pace-use.ts';
import { row, statement } from './sql.ts';

/** What a claim looks at, and what follows from it alone: nothing here writes. */

/** While a bulk task is paused: at first, so that a short pause costs little, and at most. */
const PAUSED_WAIT_MS = 3_000;
const PAUSED_WAIT_MAX_MS = 5 * 60_000;

/** An account with what it did of one sort of action: what its pace is reckoned from. */
export interface PacedAccount extends Use {
  accountId: string;
  timeZone: string;
  quietHours: { from: string; to: string } | null;
  dailyLimits: AccountLimits | null;
  rampStage: number | null;
  /** Least gap that the bulk task asks for; null where there is none. */
  minGapSeconds: number | null;
}

/** What is known of an account task and the account that acts for it, read for one claim. */
export interface ClaimRow extends PacedAccount {
  state: AccountTaskState;
  stateReason: string | null;
  counters: Record<string, number>;
  version: number;
  /** When this attempt began; null before it has. */
  startedAt: Date | null;
  errorType: string | null;
  errorMessage: string | null;
  plan: unknown;
  params: unknown;
  taskState: string;
  platform: string;
  status: string;
  statusReason: string | null;
  proxyId: string | null;
  /** Whether the account that acts is the account task's own, or linked to it. */
  mayAct: boolean;
  slowUntil: Date | null;
  slowReason: string | null;
  unresolved: number;
}

const READ = statement(
  'desk_read',
  `SELECT at.state, at."stateReason", at.counters, at.version, at."startedAt", at."errorType", at."errorMessage", at.plan,
     t.params, t.state AS "taskState", (t.pace->>'minGapSeconds')::float AS "minGapSeconds",
     acc.id AS "accountId", acc.platform, acc.status, acc."statusReason", acc."timeZone", acc."quietHours",
     acc."dailyLimits", acc."rampStage", acc."proxyId", lane."slowUntil", lane.reason AS "slowReason",
     (acc.id = at."accountId" OR EXISTS (
       SELECT 1 FROM "AccountLink" l WHERE l."accountId" = at."accountId" AND l."linkedId" = acc.id
     )) AS "mayAct",
     p.*, coalesce(u.unresolved, 0) AS unresolved
   FROM "AccountTask" at
   JOIN "BulkTask" t ON t.id = at."taskId"
   JOIN "Account" acc ON acc.id = coalesce($2::uuid, at."accountId")
   LEFT JOIN "PaceLane" lane ON lane.resource = 'platform/' || acc.platform AND lane."slowUntil" > now()
   LEFT JOIN LATERAL (
     ${usageOf('acc', '$3::text')}
   ) p ON true
   LEFT JOIN LATERAL (
     SELECT count(*)::int AS unresolved FROM "PostIntent" i
     WHERE i."accountTaskId" = at.id AND i.state IN ('submitting', 'unknown')
   ) u ON true
   WHERE at.id = $1`,
);

/** @param accountId the account that acts, where it is not the account task's own */
export function readClaim(
  pool: Pool,
  accountTaskId: string,
  accountId: string | null,
  action: Action | null,
): Promise<ClaimRow | undefined> {
  return row<ClaimRow>(pool, READ, [accountTaskId, accountId, action]);
}

/** Why the account may not be used at all, where it may not. */
export function refusal(
  found: Pick<ClaimRow, 'status' | 'statusReason'>,
): Extract<Claim, { status: 'refused' }> | null {
  const why = found.statusReason ? ` ${found.statusReason}` : '';
  switch (found.status) {
    case 'bad_credentials':
      return {
        status: 'refused',
        type: 'InvalidCredentials',
        message: `${say('account.refused-login')}${why}`,
      };
    case 'blocked':
      return { status: 'refused', type: 'AccountBlocked', message: `${say('account.blocked')}${why}` };
    case 'disabled':
      return { status: 'refused', type: 'InvalidInput', message: 'The account is disabled in Flotilla.' };
    default:
      return null;
  }
}

/** What the account has to wait for before anything is taken, and how long. @param now milliseconds since the epoch */
export function waitFor(
  found: ClaimRow,
  profile: PlatformProfile,
  request: ClaimRequest,
  now: number,
): { waitMs: number; reason: string } | null {
  // A post whose outcome is open is settled first, whatever the pace says: looking takes nothing from the budget.
  if (found.unresolved > 0) return null;
  if (found.taskState === 'paused') {
    const waitMs = Math.min(PAUSED_WAIT_MS * 2 ** Math.min(request.waits, 10), PAUSED_WAIT_MAX_MS);
    return { waitMs, reason: 'The bulk task is paused.' };
  }
  if (request.uses === 'session' && found.slowUntil && found.slowUntil.getTime() > now) {
    // Everybody waits for the same moment: they come back spread out over a little more.
    const waitMs = (found.slowUntil.getTime() - now) * (1 + Math.random() * 0.25);
    return {
      waitMs: Math.max(1_000, Math.round(waitMs)),
      reason: found.slowReason ?? 'The platform is slowed down.',
    };
  }
  if (request.action === null) return null;
  const wait = paceOf(found, profile, request.action, now);
  return wait && { waitMs: Math.max(1_000, wait.until - now), reason: wait.reason };
}

/** How fast an account may do one sort of action at present. */
export function limitsOf(found: PacedAccount, profile: PlatformProfile, action: Action): ActionLimits {
  return actionLimits(action, profile.limits.pace, found.dailyLimits, {
    orderGapMs: (found.minGapSeconds ?? 0) * 1_000,
    rampStage: found.rampStage,
  });
}

/** Why and until when an account has to wait with an action, or null. @param now milliseconds since the epoch */
export function paceOf(found: PacedAccount, profile: PlatformProfile, action: Action, now: number): PaceWait | null {
  return paceWait({
    action,
    now,
    timeZone: found.timeZone,
    quietHours: found.quietHours,
    usedToday: found.usedToday,
    usedThisHour: found.usedThisHour,
    hourBeganAt: found.hourBeganAt?.getTime() ?? null,
    lastAt: found.lastAt?.getTime() ?? null,
    limits: limitsOf(found, profile, action),
    seed: `${found.accountId}/${action}`,
  });
}

/** How an account task ended that has ended already. */
export function outcomeOf(
  found: ClaimRow,
  state: FinalAccountTaskState,
): Extract<Claim, { status: 'ended' }>['outcome'] {
  const type = found.errorType as keyof typeof ERROR_POLICIES | null;
  return {
    state,
    counters: found.counters,
    version: found.version,
    error: type ? { type, message: found.errorMessage ?? '' } : null,
  };
}
