import type { Account, AccountChanges, NewAccount } from '../../api/types.ts';

/** What the account form holds; an empty text or number is a value that is not set. */
export interface AccountValues {
  platform: string;
  username: string;
  password: string;
  totpSecret: string;
  email: string;
  tags: string[];
  timeZone: string;
  quietFrom: string;
  quietTo: string;
  postsPerDay: number | string;
  minGapMinutes: number | string;
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
    postsPerDay: account?.dailyLimits?.posts ?? '',
    minGapMinutes: account?.dailyLimits?.minGapMinutes ?? '',
    notes: account?.notes ?? '',
  };
}

function limitsOf({ postsPerDay, minGapMinutes }: AccountValues) {
  const limits = {
    ...(typeof postsPerDay === 'number' ? { posts: postsPerDay } : {}),
    ...(typeof minGapMinutes === 'number' ? { minGapMinutes } : {}),
  };
  return Object.keys(limits).length > 0 ? limits : null;
}

const quietOf = ({ quietFrom, quietTo }: AccountValues) =>
  quietFrom && quietTo ? { from: quietFrom, to: quietTo } : null;

export function newAccountOf(values: AccountValues): NewAccount {
  const quietHours = quietOf(values);
  const dailyLimits = limitsOf(values);
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
    ...(differs('postsPerDay', 'minGapMinutes') ? { dailyLimits: limitsOf(values) } : {}),
    ...(differs('notes') ? { notes: values.notes || null } : {}),
  } as AccountChanges;
}
