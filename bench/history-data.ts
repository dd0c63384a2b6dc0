import type pg from 'pg';
import { TIMING_BOUNDS_MS } from '../contracts/timings.ts';
import { kindList } from '../kinds/index.ts';

const ERRORS = 100_000;
const CAUSES = 200;

/**
 * A day behind the large task, written past the API: its account tasks have ended in the course of it, every kind's steps
 * were timed in each hour, and errors came from causes of very different frequency.
 */
export async function fillHistory(pool: pg.Pool): Promise<void> {
  await pool.query(
    `UPDATE "AccountTask" SET "finishedAt" = now() - random() * interval '24 hours' WHERE state = 'succeeded'`,
  );
  await pool.query(
    `INSERT INTO "StepTiming" (hour, kind, step, outcome, "leMs", n, "sumMs")
     SELECT date_trunc('hour', now()) - h * interval '1 hour', kind, 'step-' || s, outcome, le, 1 + (random() * 50)::int, le
     FROM generate_series(0, 24) h, unnest($1::text[]) kind, generate_series(1, 12) s,
       unnest(ARRAY['ok', 'cancelled', 'Throttled', 'PageChanged']) outcome, unnest($2::int[]) le
     WHERE outcome = 'ok' OR s % 3 = 0`,
    [kindList.map(({ name }) => name), TIMING_BOUNDS_MS.slice(20, 45)],
  );
  await pool.query(
    `INSERT INTO "ErrorLog" (source, type, message, fingerprint, kind, step, detail, at)
     SELECT 'worker/browser', 'PageChanged', 'No button ' || cause, lpad(to_hex(cause), 16, '0'), 'upload', 'submitPost',
       '{"count":2}', now() - random() * interval '24 hours'
     FROM (SELECT floor($2::int * random() ^ 3)::int AS cause FROM generate_series(1, $1::int)) e`,
    [ERRORS, CAUSES],
  );
  await pool.query(
    `INSERT INTO "ErrorGroup" (fingerprint, source, type, title, count, "firstSeenAt", "lastSeenAt")
     SELECT fingerprint, min(source), min(type), min(message), 2 * count(*), min(at), max(at)
     FROM "ErrorLog" GROUP BY fingerprint`,
  );
  await pool.query('VACUUM ANALYZE');
}
