import type { Pool } from 'pg';
import type { PlatformProfile } from '../contracts/platform.ts';
import { say } from '../contracts/said.ts';
import { row, statement } from './sql.ts';

/**
 * Lanes: how fast all accounts of a platform, and all accounts behind one proxy, may act together.
 *
 * Each lane is one row with the time at which its next action is due (the generic cell rate algorithm, ITU-T I.371: a
 * leaky bucket that keeps one time instead of a count). An action goes when it comes at most {@link BURST_MS} before
 * that time, and moves it on by one step.
 */

/** How many of a lane's actions may come at once, as the time in which they would be due one by one. */
const BURST_MS = 5_000;
/** How long after a platform asked everybody to wait its lane moves at half its rate. */
export const RESTART_MS = 5 * 60_000;

/** Those who find no room come back spread over this much at first, and over twice as much at each further time. */
const SPREAD_MS = 2_000;
const SPREAD_MAX_MS = 5 * 60_000;

export interface Lane {
  resource: string;
  /** What people call the platform; null for the account's proxy. */
  platform: string | null;
  actionsPerMinute: number;
}

/** Why and how long, in milliseconds, an action has to wait for room. */
export interface LaneWait {
  waitMs: number;
  reason: string;
}

/** The lanes that an action of an account goes through. */
export function lanesOf(profile: PlatformProfile, proxyId: string | null): Lane[] {
  const { actionsPerMinute, actionsPerMinutePerProxy } = profile.limits;
  const platform = { resource: `platform/${profile.name}`, platform: profile.title, actionsPerMinute };
  if (proxyId === null) return [platform];
  const proxy = { resource: `proxy/${proxyId}`, platform: null };
  return [platform, { ...proxy, actionsPerMinute: actionsPerMinutePerProxy }];
}

/**
 * Takes from all lanes or from none. The rows are locked in one order, so that takers cannot hold one another up, and
 * what is decided on is what was there once the lock was had. Losing the last moments of a lane in a crash costs
 * nothing, so nobody waits for the disk while holding a row that everybody wants.
 */
const TAKE = statement(
  'lanes_take',
  `WITH quick AS MATERIALIZED (
     SELECT set_config('synchronous_commit', 'off', true)
   ), held AS MATERIALIZED (
     SELECT l.resource, l."nextAt", l."slowUntil" FROM "PaceLane" l, quick
     WHERE l.resource = ANY($1::text[]) ORDER BY l.resource FOR UPDATE OF l
   ), asked AS MATERIALIZED (
     SELECT h.resource, h."nextAt", clock_timestamp() AS at, coalesce(s.slow, false) AS slow,
       a.step * (CASE WHEN s.slow THEN 2 ELSE 1 END) * interval '1 ms' AS step
     FROM held h JOIN unnest($1::text[], $2::float8[]) AS a(resource, step) USING (resource)
     CROSS JOIN LATERAL (
       SELECT h."slowUntil" + $4::float8 * interval '1 ms' > clock_timestamp() AS slow
     ) s
   ), found AS MATERIALIZED (
     SELECT resource, slow,
       extract(epoch FROM "nextAt" - GREATEST($3::float8 * interval '1 ms' - step, interval '0') - at) * 1000 AS "waitMs"
     FROM asked
   ), taken AS (
     UPDATE "PaceLane" l SET "nextAt" = GREATEST(l."nextAt", a.at) + a.step
     FROM asked a WHERE l.resource = a.resource
       AND (SELECT count(*) = cardinality($1::text[]) AND bool_and("waitMs" <= 0) FROM found)
     RETURNING 1
   )
   SELECT (SELECT count(*)::int FROM found) AS known, (SELECT count(*)::int FROM taken) AS taken,
     f.resource, f.slow, f."waitMs"::float8 AS "waitMs"
   FROM (VALUES (1)) AS one(n) LEFT JOIN found f ON true
   ORDER BY f."waitMs" DESC NULLS LAST LIMIT 1`,
);

/** Due already, and clearly so: the column keeps milliseconds, and a time rounded up would be one to wait for. */
const MAKE = statement(
  'lanes_make',
  `INSERT INTO "PaceLane" (resource, "nextAt") SELECT unnest($1::text[]), now() - interval '1 second'
   ON CONFLICT (resource) DO NOTHING`,
);

interface Taken {
  known: number;
  taken: number;
  resource: string | null;
  slow: boolean;
  waitMs: number;
}

/**
 * Lets one action through all of `lanes`, or says when to come back. Nothing is taken when one of them has no room.
 * @param waits how often in a row it was told to come back
 */
export async function takeLanes(pool: Pool, lanes: readonly Lane[], waits: number): Promise<LaneWait | null> {
  const resources = lanes.map(({ resource }) => resource);
  const steps = lanes.map(({ actionsPerMinute }) => 60_000 / actionsPerMinute);
  const take = () => row<Taken>(pool, TAKE, [resources, steps, BURST_MS, RESTART_MS]);
  let found = await take();
  if (found && found.known < lanes.length) {
    await row(pool, MAKE, [resources]);
    found = await take();
  }
  if (!found || found.taken > 0) return null;
  const full = lanes.find(({ resource }) => resource === found.resource);
  return full ? { waitMs: comeBackIn(found.waitMs, waits), reason: reasonOf(full, found.slow) } : null;
}

/** Spread out, so that those who wait for one moment do not all ask at it. */
function comeBackIn(freeInMs: number, waits: number): number {
  const spread = Math.min(SPREAD_MAX_MS, SPREAD_MS * 2 ** Math.min(waits, 16));
  return Math.round(Math.max(1_000, freeInMs) + Math.random() * spread);
}

function reasonOf({ platform, actionsPerMinute: count }: Lane, slow: boolean): string {
  if (platform === null) return say(slow ? 'lane.slow.proxy' : 'lane.full.proxy', { count });
  return say(slow ? 'lane.slow.platform' : 'lane.full.platform', { platform, count });
}
