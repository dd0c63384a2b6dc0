import { z } from 'zod';
import { platformProfiles } from '../activities/platforms/profiles.ts';
import type { AccountLimits, Action } from '../contracts/pace.ts';
import { ACTION_WORDS, ACTIONS, actionLimits } from '../contracts/pace.ts';
import { offers } from './account-budget.ts';
import { type Db, query } from './door/sql.ts';
import { remembered } from './remembered.ts';

export const budgetUseSchema = z.array(
  z.object({
    platform: z.string(),
    action: z.string(),
    title: z.string().meta({ description: 'How people call several of them' }),
    used: z.int(),
    limit: z.int().meta({ description: 'Daily limits of all accounts in use, at their stages of warm-up' }),
    accounts: z.int().meta({ description: 'Accounts in use on the platform' }),
  }),
);
type BudgetUse = z.input<typeof budgetUseSchema>;

/** How old the numbers may be, milliseconds: they come from every account, and change little within seconds. */
const KEPT_MS = 10_000;

interface Group {
  platform: string;
  dailyLimits: AccountLimits | null;
  rampStage: number | null;
  accounts: number;
}

/** Since midnight of each account's own time zone; a day has 25 hours at most. */
const USED = `
  SELECT a.platform, x.action, count(*)::int AS used
  FROM (
    SELECT "accountId", 'post' AS action, "submittedAt" AS at FROM "PostIntent"
    WHERE "submittedAt" > now() - interval '25 hours' AND state IN ('submitting', 'posted', 'unknown')
    UNION ALL
    SELECT "accountId", action, at FROM "AccountAction" WHERE at > now() - interval '25 hours' AND action <> 'post'
  ) x JOIN "Account" a ON a.id = x."accountId"
  WHERE x.at >= date_trunc('day', now() AT TIME ZONE a."timeZone") AT TIME ZONE a."timeZone"
  GROUP BY 1, 2`;

async function readBudgets(db: Db): Promise<BudgetUse> {
  const [used, groups] = await Promise.all([
    query<{ platform: string; action: Action; used: number }>(db, USED),
    query<Group>(
      db,
      `SELECT platform, "dailyLimits", "rampStage", count(*)::int AS accounts FROM "Account"
       WHERE status IN ('new', 'active') GROUP BY 1, 2, 3`,
    ),
  ]);
  const platforms = [...new Set([...groups, ...used].map(({ platform }) => platform))].sort();
  return platforms.flatMap((platform) => {
    const profile = platformProfiles[platform];
    const own = groups.filter((group) => group.platform === platform);
    const limitOf = (action: Action): number =>
      own.reduce((sum, { dailyLimits, rampStage, accounts }) => {
        if (!profile) return sum;
        return sum + accounts * actionLimits(action, profile.limits.pace, dailyLimits, { rampStage }).perDay;
      }, 0);
    const accounts = own.reduce((sum, group) => sum + group.accounts, 0);
    return ACTIONS.flatMap((action) => {
      const n = used.find((one) => one.platform === platform && one.action === action)?.used ?? 0;
      if (n === 0 && !(profile && offers(profile, action))) return [];
      return [{ platform, action, title: ACTION_WORDS[action][1], used: n, limit: limitOf(action), accounts }];
    });
  });
}

/** What accounts have used of their budgets today, and how much that may be, by platform and action. */
export const budgetsToday = remembered({ ms: KEPT_MS }, readBudgets);
