import type { AccountLimits } from '../../../../contracts/pace.ts';
import type { AccountEdit } from '../../api/account-bulk.ts';
import type { Account } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';

/** Each field of the form and the limit that it holds. */
const LIMITS = {
  postsPerDay: 'posts',
  followsPerDay: 'follows',
  profileChangesPerDay: 'profileChanges',
  visitsPerDay: 'visits',
  perHour: 'perHour',
  minGapMinutes: 'minGapMinutes',
  maxGapMinutes: 'maxGapMinutes',
} as const satisfies Record<string, keyof AccountLimits>;

export type LimitField = keyof typeof LIMITS;
export const LIMIT_FIELDS = Object.keys(LIMITS) as LimitField[];

/** Limits as a form holds them: an empty text is one that the account leaves to its platform. */
export type LimitValues = Record<LimitField, number | string>;

export function limitValuesOf(limits: Account['dailyLimits']): LimitValues {
  return Object.fromEntries(LIMIT_FIELDS.map((field) => [field, limits?.[LIMITS[field]] ?? ''])) as LimitValues;
}

/** The limits as the API takes them. Those of `before` that the form does not show stay as they are. */
export function limitsOf(values: LimitValues, before: Account['dailyLimits']): Account['dailyLimits'] {
  const limits: NonNullable<Account['dailyLimits']> = { ...before };
  for (const field of LIMIT_FIELDS) {
    const value = values[field];
    if (typeof value === 'number') limits[LIMITS[field]] = value;
    else delete limits[LIMITS[field]];
  }
  return Object.keys(limits).length > 0 ? limits : null;
}

type ChangedLimits = NonNullable<AccountEdit['dailyLimits']>;

/** Limits as an edit of many takes them: null takes one away, whatever else was filled in for it. */
export function withoutLimits(limits: Account['dailyLimits'], away: readonly LimitField[]): ChangedLimits | null {
  const changes: ChangedLimits = { ...limits, ...Object.fromEntries(away.map((field) => [LIMITS[field], null])) };
  return Object.keys(changes).length > 0 ? changes : null;
}

/** The form's fields whose limits differ, with the limit before and after; null is the platform's own. */
export const limitsThatDiffer = (before: object | null, after: object | null) =>
  LIMIT_FIELDS.flatMap((field) => {
    const read = (limits: object | null): number | null =>
      (limits as Partial<Record<string, number>> | null)?.[LIMITS[field]] ?? null;
    return read(before) === read(after) ? [] : [{ field, before: read(before), after: read(after) }];
  });

/** The form's name of a field of the API, e.g. `dailyLimits.posts`. */
export const limitFieldOf = (path: string): LimitField | undefined =>
  LIMIT_FIELDS.find((field) => path === `dailyLimits.${LIMITS[field]}`);

/** What is wrong with the gap, in words; null when nothing is. */
export function gapFault({ minGapMinutes, maxGapMinutes }: LimitValues): string | null {
  const isWrong =
    typeof maxGapMinutes === 'number' && typeof minGapMinutes === 'number' && maxGapMinutes < minGapMinutes;
  return isWrong ? t('accounts:limits.gap') : null;
}
