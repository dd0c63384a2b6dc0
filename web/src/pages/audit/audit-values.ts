import type { AuditEntry, AuditFilter } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import type { Address } from '../../ui/address.ts';
import { titleOf } from '../../ui/format.ts';
import { isAction } from './actions.ts';

/** The parts of the address that narrow the list. */
export const FILTERS = ['actor', 'subject', 'action', 'from', 'to'] as const;

const DAY = /^\d{4}-\d\d-\d\d$/;

/** The first moment of a day of the viewer's, or its last one. */
function momentOf(day: string | undefined, end: boolean): string | undefined {
  if (!day || !DAY.test(day)) return undefined;
  const at = new Date(`${day}T${end ? '23:59:59.999' : '00:00:00.000'}`);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** What the address asks for; days are the viewer's own. */
export function filterOf({ get }: Pick<Address, 'get'>): AuditFilter {
  const values = {
    actor: get('actor'),
    subject: get('subject'),
    action: get('action'),
    from: momentOf(get('from'), false),
    to: momentOf(get('to'), true),
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as AuditFilter;
}

const ORDER = /^create(\w+)Task$/;

/** `changeAccount` → `Changed an account`; in English where it is not known. */
export function actionName(action: string): string {
  if (isAction(action)) return t(`audit:action.${action}`);
  const kind = ORDER.exec(action)?.[1];
  return kind ? t('audit:createTask', { kind: titleOf(kind).toLowerCase() }) : titleOf(action.replace('.', ' '));
}

export interface Change {
  name: string;
  before: unknown;
  after: unknown;
}

export interface Parts {
  /** Fields of which the former value was kept. */
  changes: Change[];
  /** What else was asked for. */
  fields: [name: string, value: unknown][];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `roleBefore` beside `role`. */
const BEFORE = /^(\w+)Before$/;

/** Of a group of fields only those that were sent: the others stayed as they were. */
function changesOf(name: string, before: unknown, after: unknown): Change[] {
  if (!isRecord(before) || !isRecord(after)) return [{ name, before, after }];
  return Object.keys(after).map((key) => ({ name: `${name}.${key}`, before: before[key], after: after[key] }));
}

/** Splits what was kept of a request into what changed, with the value before, and the rest. */
export function partsOf({ detail }: Pick<AuditEntry, 'detail'>): Parts {
  const before = isRecord(detail.before) ? { ...detail.before } : {};
  for (const [key, value] of Object.entries(detail)) {
    const name = BEFORE.exec(key)?.[1];
    if (name) before[name] = value;
  }
  const rest = Object.entries(detail).filter(
    ([key]) => !(key === 'before' && isRecord(detail.before)) && !BEFORE.test(key) && !(key in before),
  );
  return {
    changes: Object.entries(before).flatMap(([name, value]) => changesOf(name, value, detail[name])),
    fields: rest,
  };
}

/** Where a subject can be looked at. */
export function subjectLink(subject: string): string | undefined {
  const [area, id, third] = subject.split('/');
  if (!area || !id) return undefined;
  if (area === 'accounts') return `/accounts?open=${id}`;
  if (area === 'proxies') return `/proxies?open=${id}`;
  if (area === 'media') return `/media?open=${id}`;
  if (area === 'workers') return `/hosts/${id}`;
  if (area === 'follow-categories') return `/follow/${id}`;
  if (area === 'schedules') return `/schedules/${id}`;
  if (area === 'bulk' && third) return `/tasks/${id}/${third}`;
  if (area === 'errors' && id === 'groups' && third) return `/errors?open=${third}`;
  return undefined;
}
