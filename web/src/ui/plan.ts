export interface PlannedPost {
  mediaId: string;
  caption: string;
  location: string | null;
  mentions: string[];
}

/** Something that is done at a set time, for so many minutes. */
export interface PlannedSession {
  at: string;
  minutes: number;
}

export interface SessionDay {
  /** `2027-01-31`, in the account's time zone. */
  date: string;
  sessions: PlannedSession[];
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isPost = (value: unknown): value is PlannedPost => isRecord(value) && 'mediaId' in value && 'caption' in value;

const isSession = (value: unknown): value is PlannedSession =>
  isRecord(value) && typeof value.at === 'string' && typeof value.minutes === 'number';

/** The posts of a plan, or nothing when plans of this kind hold something else. */
export function postsOf(plan: unknown): PlannedPost[] | undefined {
  if (!isRecord(plan) || !Array.isArray(plan.posts)) return undefined;
  return plan.posts.every(isPost) ? plan.posts.map((post) => ({ ...post, mentions: post.mentions ?? [] })) : undefined;
}

/** The sessions of a plan with the time zone that they were planned in, where the plan names it. */
export function sessionsOf(plan: unknown): { sessions: PlannedSession[]; timeZone: string | undefined } | undefined {
  if (!isRecord(plan) || !Array.isArray(plan.sessions) || plan.sessions.length === 0) return undefined;
  if (!plan.sessions.every(isSession)) return undefined;
  return { sessions: plan.sessions, timeZone: typeof plan.timeZone === 'string' ? plan.timeZone : undefined };
}

/** Sessions by the day that they fall on in a time zone, in their order. */
export function daysOf(sessions: readonly PlannedSession[], timeZone: string | undefined): SessionDay[] {
  const zone = timeZone === undefined ? {} : { timeZone };
  const format = new Intl.DateTimeFormat('en-CA', { ...zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const days = new Map<string, PlannedSession[]>();
  for (const session of sessions) {
    const date = format.format(Date.parse(session.at));
    days.set(date, [...(days.get(date) ?? []), session]);
  }
  return [...days].map(([date, list]) => ({ date, sessions: list }));
}

/** One thing that a plan says, ready to be shown. */
export type PlanValue =
  | { sort: 'text'; text: string }
  | { sort: 'number'; number: number }
  | { sort: 'yes-no'; yes: boolean }
  | { sort: 'time'; at: string }
  | { sort: 'address'; url: string }
  | { sort: 'media'; ids: string[] }
  | { sort: 'chips'; texts: string[] }
  | { sort: 'addresses'; urls: string[] }
  | { sort: 'fields'; fields: PlanField[] }
  | { sort: 'list'; items: PlanValue[] };

export interface PlanField {
  name: string;
  value: PlanValue;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const isText = (value: unknown): value is string => typeof value === 'string';
const isAddress = (text: string): boolean => /^https?:\/\//.test(text);
const isId = (value: unknown): boolean => isText(value) && UUID.test(value);

function textValue(name: string, text: string): PlanValue {
  if (/media(Id)?$/i.test(name) && UUID.test(text)) return { sort: 'media', ids: [text] };
  if (ISO_TIME.test(text)) return { sort: 'time', at: text };
  return isAddress(text) ? { sort: 'address', url: text } : { sort: 'text', text };
}

function arrayValue(name: string, list: readonly unknown[]): PlanValue | undefined {
  if (list.length === 0) return undefined;
  if (list.every(isText)) {
    if (/media(Ids?)?$/i.test(name) && list.every((id) => UUID.test(id))) return { sort: 'media', ids: [...list] };
    return list.every(isAddress) ? { sort: 'addresses', urls: [...list] } : { sort: 'chips', texts: [...list] };
  }
  if (list.every((one) => typeof one === 'number')) return { sort: 'chips', texts: list.map(String) };
  return { sort: 'list', items: list.flatMap((one) => shownOf('', one) ?? []) };
}

/** Says nothing of what is empty, and of ids that stand beside what they name. */
function shownOf(name: string, value: unknown): PlanValue | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (isText(value)) return textValue(name, value);
  if (typeof value === 'number') return { sort: 'number', number: value };
  if (typeof value === 'boolean') return { sort: 'yes-no', yes: value };
  if (Array.isArray(value)) return arrayValue(name, value);
  const fields = fieldsOf(value);
  return fields.length > 0 ? { sort: 'fields', fields } : undefined;
}

/** What a plan of any kind says, field by field. */
export function fieldsOf(plan: unknown): PlanField[] {
  if (!isRecord(plan)) return [];
  return Object.entries(plan).flatMap(([name, value]) => {
    const names = name.endsWith('Id') && !/media/i.test(name) && isId(value);
    if (names) return [];
    const shown = shownOf(name, value);
    return shown ? [{ name, value: shown }] : [];
  });
}
