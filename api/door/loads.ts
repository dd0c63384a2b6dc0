import { platformProfiles } from '../../activities/platforms/profiles.ts';
import type { AccountLimits, Action } from '../../contracts/pace.ts';
import { ACTIONS, actionLimits } from '../../contracts/pace.ts';
import type { AccountLoad, ActionUse } from '../forecast-account.ts';
import type { Order, PlannedAccount } from './prepare.ts';
import { type Db, query } from './sql.ts';

interface UseRow {
  accountId: string;
  action: Action;
  today: number;
  thisHour: number;
  hourBeganAt: Date | null;
  lastAt: Date;
}

type Used = ReadonlyMap<string, Partial<Record<Action, ActionUse>>>;

/** What the accounts did of late, as their desk counts it; those that did nothing have no entry. */
async function readUse(db: Db, accountIds: readonly string[], actions: readonly Action[]): Promise<Used> {
  const used = new Map<string, Partial<Record<Action, ActionUse>>>();
  if (actions.length === 0) return used;
  const rows = await query<UseRow>(
    db,
    `SELECT done."accountId", done.action,
       count(*) FILTER (
         WHERE done.at >= date_trunc('day', now() AT TIME ZONE acc."timeZone") AT TIME ZONE acc."timeZone"
       )::int AS today,
       count(*) FILTER (WHERE done.at > now() - interval '1 hour')::int AS "thisHour",
       min(done.at) FILTER (WHERE done.at > now() - interval '1 hour') AS "hourBeganAt",
       max(done.at) AS "lastAt"
     FROM (
       SELECT "accountId", 'post' AS action, "submittedAt" AS at FROM "PostIntent"
       WHERE 'post' = ANY($2::text[]) AND "accountId" = ANY($1::uuid[]) AND "submittedAt" > now() - interval '8 days'
         AND state IN ('submitting', 'posted', 'unknown')
       UNION ALL
       SELECT "accountId", action, at FROM "AccountAction"
       WHERE action = ANY($2::text[]) AND action <> 'post' AND "accountId" = ANY($1::uuid[])
         AND at > now() - interval '8 days'
     ) done JOIN "Account" acc ON acc.id = done."accountId"
     GROUP BY 1, 2`,
    accountIds,
    actions,
  );
  for (const { accountId, action, today, thisHour, hourBeganAt, lastAt } of rows) {
    const entry = used.get(accountId) ?? {};
    entry[action] = { today, thisHour, hourBeganAt: hourBeganAt?.getTime() ?? null, lastAt: lastAt.getTime() };
    used.set(accountId, entry);
  }
  return used;
}

/** What each planned account has to do, how fast it may, and what it has used of that already: for the forecast. */
export async function readLoads(db: Db, order: Order, planned: readonly PlannedAccount[]): Promise<AccountLoad[]> {
  const counts = planned.map(({ plan }) => order.kind.actions?.(plan) ?? {});
  const actions = ACTIONS.filter((action) => counts.some((one) => (one[action] ?? 0) > 0));
  const used = await readUse(
    db,
    planned.map(({ account }) => account.id),
    actions,
  );
  return planned.map(({ account, plan }, place) => {
    const pace = platformProfiles[account.platform]?.limits.pace;
    return {
      platform: account.platform,
      proxyId: account.proxyId,
      timeZone: account.timeZone,
      quietHours: account.quietHours,
      lastsMs: order.kind.lastsMs?.(plan) ?? 0,
      actions: actions.flatMap((action) => {
        const count = counts[place]?.[action] ?? 0;
        if (count === 0 || !pace) return [];
        const limits = actionLimits(action, pace, account.dailyLimits as AccountLimits | null, {
          orderGapMs: (order.minGapSeconds ?? 0) * 1_000,
          rampStage: account.rampStage,
        });
        return [{ action, count, limits, used: used.get(account.id)?.[action] ?? null }];
      }),
    };
  });
}
