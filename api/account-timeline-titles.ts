import type { Action } from '../contracts/pace.ts';

/** How entries of an account's timeline read: what happened, in one line. */

export interface Told {
  title: string;
  detail?: string | undefined;
  state?: string | undefined;
}

export type Data = Readonly<Record<string, unknown>>;
const textOf = (data: Data, name: string): string | undefined => {
  const value = data[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const STATE_WORDS: Readonly<Record<string, string>> = {
  pending: 'Put back in the queue',
  running: 'Began',
  paced: 'Waits',
  parked: 'Waits for a person',
  succeeded: 'Succeeded',
  partial: 'Succeeded in part',
  failed: 'Failed',
  skipped: 'Skipped',
  cancelled: 'Cancelled',
};
const CHALLENGE_WORDS: Readonly<Record<string, string>> = {
  open: 'A person is asked',
  answered: 'A person answered',
  skipped: 'A person skipped it',
  expired: 'Nobody answered in time',
};
const POST_WORDS: Readonly<Record<string, string>> = {
  posted: 'Post published',
  submitting: 'Post being submitted',
  unknown: 'Post submitted, outcome unknown',
  absent: 'Post did not come through',
};
const ACTION_TITLES: Readonly<Record<Action, string>> = {
  post: 'Posted',
  follow: 'Followed somebody',
  profile: 'Changed the profile',
  browse: 'Looked around',
};
const AUDIT_WORDS: Readonly<Record<string, string>> = {
  createAccount: 'Added',
  deleteAccount: 'Archived',
  setAccountLinks: 'Links to other accounts set',
};
const SESSION_WORDS: Readonly<Record<string, string>> = { opened: 'Session opened', expired: 'Session expired' };

/** What people call the fields of an account. */
const FIELD_WORDS: Readonly<Record<string, string>> = {
  totpSecret: 'TOTP seed',
  proxyId: 'proxy',
  timeZone: 'time zone',
  dailyLimits: 'limits',
  quietHours: 'quiet hours',
  username: 'user name',
};
const fieldsOf = (data: Data): string =>
  Object.keys(data)
    .filter((name) => name !== 'statusReason')
    .map((name) => FIELD_WORDS[name] ?? name)
    .join(', ');

const shown = (value: unknown): string => {
  if (value === null || value === undefined) return 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

/** `tags: a → a, b` for each field of an edit. */
function changesOf({ before, after }: Data): string {
  const [was, is] = [(before ?? {}) as Data, (after ?? {}) as Data];
  return Object.keys(is)
    .filter((name) => name !== 'statusReason')
    .map((name) => `${FIELD_WORDS[name] ?? name}: ${shown(was[name])} → ${shown(is[name])}`)
    .join('; ');
}

function editTitle(data: Data): string {
  const fields = fieldsOf((data.after ?? {}) as Data);
  return data.undo === true ? `Edit taken back: ${fields}` : `Changed: ${fields}`;
}

const OF_EVENT: Readonly<Record<string, (data: Data) => Told>> = {
  'account-task': (data) => {
    const state = textOf(data, 'to') ?? '';
    return { title: STATE_WORDS[state] ?? state, detail: textOf(data, 'reason'), state };
  },
  note: (data) => ({ title: 'Note', detail: textOf(data, 'message') }),
  challenge: (data) => {
    const state = textOf(data, 'state') ?? '';
    return { title: CHALLENGE_WORDS[state] ?? state, detail: textOf(data, 'type'), state };
  },
  evidence: (data) => ({
    title: data.kind === 'trace' ? 'Trace kept' : 'Screenshot taken',
    detail: textOf(data, 'step'),
  }),
  post: (data) => {
    const state = textOf(data, 'state') ?? '';
    return { title: POST_WORDS[state] ?? state, detail: textOf(data, 'caption'), state };
  },
  action: (data) => ({ title: ACTION_TITLES[textOf(data, 'action') as Action] ?? String(data.action) }),
  session: (data) => {
    const state = textOf(data, 'state') ?? '';
    return { title: SESSION_WORDS[state] ?? state, detail: textOf(data, 'reason'), state };
  },
  proxy: (data) => ({ title: 'Proxy replaced', detail: textOf(data, 'name') }),
  edit: (data) => ({ title: editTitle(data), detail: changesOf(data) }),
  changeAccount: (data) => ({ title: `Changed: ${fieldsOf(data)}` }),
};

/** @param type of the entry: of an event, or the operation that the audit log names */
export function tell(type: string, data: Data): Told {
  return OF_EVENT[type]?.(data) ?? { title: AUDIT_WORDS[type] ?? type };
}
