import { z } from 'zod';
import type { PacedAccount } from '../activities/desk-claim.ts';
import { limitsOf, paceOf, refusal } from '../activities/desk-claim.ts';
import { usageOf } from '../activities/pace-use.ts';
import { platformProfiles } from '../activities/platforms/profiles.ts';
import type { Action } from '../contracts/pace.ts';
import { ACTION_WORDS, ACTIONS, nextDayStart, quietUntil, RAMP_SHARES } from '../contracts/pace.ts';
import type { Capability, PlatformProfile } from '../contracts/platform.ts';
import { say } from '../contracts/said.ts';
import { ACCOUNT_STATUSES } from '../contracts/states.ts';
import { query } from './door/sql.ts';
import { notFound } from './problem.ts';
import { idParams, route } from './route.ts';
import { saidOf, saidShape } from './said.ts';

/** What a platform must be capable of, one of it at least, for an action to have a budget there. */
const NEEDS: Readonly<Record<Action, readonly Capability[]>> = {
  post: ['publishVideo', 'publishImage'],
  follow: ['follow'],
  profile: ['setAvatar', 'setBio'],
  browse: ['readFeed', 'visitSites'],
};

/** Whether accounts of a platform have a budget for an action at all. */
export const offers = ({ capabilities }: PlatformProfile, action: Action): boolean =>
  NEEDS[action].some((need) => capabilities.includes(need));

const actionSchema = z.object({
  action: z.enum(ACTIONS),
  title: z.string().meta({ description: 'How people call several of them' }),
  usedToday: z.int(),
  perDay: z.int().meta({ description: 'Limit of today, at the present stage of the warm-up' }),
  perDayInFull: z.int().meta({ description: 'Limit of a day once the warm-up is over' }),
  usedThisHour: z.int().meta({ description: 'In the last 60 minutes' }),
  perHour: z.int(),
  minGapSeconds: z.number(),
  maxGapSeconds: z.number(),
  lastAt: z.iso.datetime().nullable().meta({ description: 'Within the last eight days' }),
  nextAt: z.iso.datetime().nullable().meta({ description: 'When it may be done next; null for now' }),
  bound: z.enum(['day', 'hour', 'gap', 'quiet']).nullable().meta({ description: 'What it waits for' }),
  reason: z.string().nullable(),
  ...saidShape,
});

export const budgetSchema = z
  .object({
    accountId: z.uuid(),
    at: z.iso.datetime(),
    timeZone: z.string(),
    dayEndsAt: z.iso.datetime().meta({ description: "Midnight of the account's own time zone" }),
    status: z.enum(ACCOUNT_STATUSES),
    ...saidShape,
    refusal: z.string().nullable().meta({ description: 'Why account tasks refuse the account as it is' }),
    actions: z.array(actionSchema),
    ramp: z
      .object({
        stage: z.int(),
        stages: z.int(),
        share: z.number().meta({ description: 'Share of the daily limits that may be used, 0 to 1' }),
        nextShare: z.number().nullable().meta({ description: 'At the next stage; null when there is none left' }),
      })
      .nullable()
      .meta({ description: 'Of its warm-up; null when there is none' }),
    quietHours: z
      .object({
        from: z.string(),
        to: z.string(),
        until: z.iso.datetime().nullable().meta({ description: 'Their end, while they last' }),
      })
      .nullable(),
    cooldown: z
      .object({ until: z.iso.datetime(), reason: z.string(), ...saidShape })
      .nullable()
      .meta({ description: 'The platform asked all accounts to wait' }),
  })
  .meta({ id: 'AccountBudget' });

interface Row extends PacedAccount {
  action: Action;
  platform: string;
  status: string;
  statusReason: string | null;
  slowUntil: Date | null;
  slowReason: string | null;
}

const READ = `
  SELECT acc.id AS "accountId", acc.platform, acc.status, acc."statusReason", acc."timeZone", acc."quietHours",
    acc."dailyLimits", acc."rampStage", NULL::float AS "minGapSeconds", lane."slowUntil", lane.reason AS "slowReason",
    one.action, used.*
  FROM "Account" acc
  LEFT JOIN "PaceLane" lane ON lane.resource = 'platform/' || acc.platform AND lane."slowUntil" > now()
  CROSS JOIN unnest($2::text[]) WITH ORDINALITY AS one(action, place)
  LEFT JOIN LATERAL (${usageOf('acc', 'one.action')}) used ON true
  WHERE acc.id = $1::uuid ORDER BY one.place`;

function actionOf(row: Row, profile: PlatformProfile, now: number): z.input<typeof actionSchema> {
  const limits = limitsOf(row, profile, row.action);
  const wait = paceOf(row, profile, row.action, now);
  return {
    action: row.action,
    title: ACTION_WORDS[row.action][1],
    usedToday: row.usedToday,
    perDay: limits.perDay,
    perDayInFull: limitsOf({ ...row, rampStage: null }, profile, row.action).perDay,
    usedThisHour: row.usedThisHour,
    perHour: limits.perHour,
    minGapSeconds: limits.minGapMs / 1_000,
    maxGapSeconds: limits.maxGapMs / 1_000,
    lastAt: row.lastAt?.toISOString() ?? null,
    nextAt: wait && new Date(wait.until).toISOString(),
    bound: wait?.bound ?? null,
    reason: wait?.reason ?? null,
    ...saidOf({ reason: wait?.reason }),
  };
}

const shareAt = (stage: number): number => RAMP_SHARES[stage] ?? 1;

const rampOf = (stage: number) => ({
  stage,
  stages: RAMP_SHARES.length,
  share: shareAt(stage),
  nextShare: shareAt(stage) < 1 ? shareAt(stage + 1) : null,
});

export const accountBudgetRoute = route({
  method: 'get',
  path: '/api/accounts/{id}/budget',
  operationId: 'getAccountBudget',
  summary: 'What an account may still do today, and what it waits for',
  description:
    'Reckoned by the same rules as the account tasks themselves, without the least gap that a single bulk task may ask ' +
    'for. Only actions that the platform offers are listed.',
  tags: ['Accounts'],
  access: 'viewer',
  params: idParams,
  responses: {
    200: { description: 'The budget', schema: budgetSchema },
    404: { description: 'No such account' },
  },
  async handler({ params: { id }, deps }) {
    const rows = await query<Row>(deps.db, READ, id, ACTIONS);
    const [account] = rows;
    if (!account) throw notFound('There is no such account.');
    const now = Date.now();
    const { timeZone, quietHours, rampStage, slowUntil } = account;
    const profile = platformProfiles[account.platform];
    const quietEnd = quietHours && quietUntil(now, timeZone, quietHours);
    return {
      status: 200,
      body: {
        accountId: id,
        at: new Date(now).toISOString(),
        timeZone,
        dayEndsAt: new Date(nextDayStart(now, timeZone)).toISOString(),
        status: account.status,
        refusal: refusal(account)?.message ?? null,
        ...saidOf({ refusal: refusal(account)?.message }),
        actions: profile
          ? rows.filter(({ action }) => offers(profile, action)).map((row) => actionOf(row, profile, now))
          : [],
        ramp: rampStage === null ? null : rampOf(rampStage),
        quietHours: quietHours && { ...quietHours, until: quietEnd === null ? null : new Date(quietEnd).toISOString() },
        cooldown: slowUntil && {
          until: slowUntil.toISOString(),
          reason: account.slowReason ?? say('lane.slowed'),
          ...saidOf({ reason: account.slowReason ?? say('lane.slowed') }),
        },
      },
    };
  },
});
