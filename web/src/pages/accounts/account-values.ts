import type { Account, AccountChanges, NewAccount } from '../../api/types.ts';
import { LIMIT_FIELDS, type LimitValues, limitsOf, limitValuesOf } from './limit-values.ts';

/** What the account form holds; an empty text or number is a value that is not set. */
export interface AccountValues extends LimitValues {
  platform: string;
  username: string;
  password: string;
  totpSecret: string;
  email: string;
  tags: string[];
  timeZone: string;
  quietFrom: string;
  quietTo: string;
  notes: string;
}

const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

export function valuesOf(account: Account | undefined, platform: string): AccountValues {
  return {
    platform: account?.platform ?? platform,
    username: account?.username ?? '',
    password: '',
    totpSecret: '',
    email: account?.email ?? '',
    tags: account?.tags ?? [],
    timeZone: account?.timeZone ?? localZone(),
    quietFrom: account?.quietHours?.from ?? '',
    quietTo: account?.quietHours?.to ?? '',
    ...limitValuesOf(account?.dailyLimits ?? null),
    notes: account?.notes ?? '',
  };
}

const quietOf = ({ quietFrom, quietTo }: AccountValues) =>
  quietFrom && quietTo ? { from: quietFrom, to: quietTo } : null;

export function newAccountOf(values: AccountValues): NewAccount {
  const quietHours = quietOf(values);
  const dailyLimits = limitsOf(values, null);
  return {
    platform: values.platform,
    username: values.username.trim(),
    password: values.password,
    tags: values.tags,
    timeZone: values.timeZone,
    ...(values.totpSecret ? { totpSecret: values.totpSecret } : {}),
    ...(values.email ? { email: values.email.trim() } : {}),
    ...(quietHours ? { quietHours } : {}),
    ...(dailyLimits ? { dailyLimits } : {}),
    ...(values.notes ? { notes: values.notes } : {}),
  };
}

/** Only what was changed; secrets only when new ones were typed. */
export function changesOf(values: AccountValues, account: Account): AccountChanges {
  const before = valuesOf(account, account.platform);
  const differs = (...names: (keyof AccountValues)[]): boolean =>
    names.some((name) => JSON.stringify(values[name]) !== JSON.stringify(before[name]));
  return {
    ...(differs('username') ? { username: values.username.trim() } : {}),
    ...(values.password ? { password: values.password } : {}),
    ...(values.totpSecret ? { totpSecret: values.totpSecret } : {}),
    ...(differs('email') ? { email: values.email.trim() || null } : {}),
    ...(differs('tags') ? { tags: values.tags } : {}),
    ...(differs('timeZone') ? { timeZone: values.timeZone } : {}),
    ...(differs('quietFrom', 'quietTo') ? { quietHours: quietOf(values) } : {}),
    ...(differs(...LIMIT_FIELDS) ? { dailyLimits: limitsOf(values, account.dailyLimits) } : {}),
    ...(differs('notes') ? { notes: values.notes || null } : {}),
  } as AccountChanges;
}
