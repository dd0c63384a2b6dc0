import { lostAlert } from '../../activities/alerts.ts';
import type { Deps } from '../deps.ts';
import { query } from '../door/sql.ts';
import { LOST_AFTER_SECONDS } from '../workers.ts';

/** One statement: that a loss is known and that it is told. One that came back can be lost again. */
const FIND_LOST = `
  WITH lost AS (
    UPDATE "WorkerHost" SET "lostAt" = now()
    WHERE state <> 'drained' AND "heartbeatAt" < now() - ${LOST_AFTER_SECONDS} * interval '1 second'
      AND ("lostAt" IS NULL OR "lostAt" < "heartbeatAt")
    RETURNING id, name, role, "heartbeatAt"
  ), alert AS (
    ${lostAlert('lost')}
  )
  SELECT name, role FROM lost`;

/**
 * Notes workers that have stopped heartbeating, each loss once, and leaves its alerts.
 * While no API answered, none could report: judge only after one has answered for `LOST_AFTER_SECONDS`.
 */
export async function findLostHosts({ db, log }: Pick<Deps, 'db' | 'log'>): Promise<number> {
  const lost = await query<{ name: string; role: string }>(db, FIND_LOST);
  for (const { name, role } of lost) log.warn({ host: name, role }, 'a worker stopped heartbeating');
  return lost.length;
}
