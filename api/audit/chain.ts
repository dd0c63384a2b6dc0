import { createHash } from 'node:crypto';

/** What one row of the audit log says, its place in the chain aside. */
export interface AuditRecord {
  /** Stable id of who did it, `user:<id>`, `token:<id>` or `admin`; empty where nobody was signed in. */
  actorId: string;
  /** Name at that time. */
  actor: string;
  /** Operation of the API, `createAccount`, or what happened at a sign-in, `signIn.failed`. */
  action: string;
  /** What it was done to, as the address has it: `accounts/<id>`. */
  subject: string;
  /** JSON, without secrets. */
  detail: Record<string, unknown>;
  address: string | null;
  requestId: string | null;
  /** To the millisecond. */
  at: Date;
}

/** What the very first row names as the hash before it. */
export const FIRST_HASH = '0'.repeat(64);

/** The JSON of a value with sorted keys: the same text however the database orders them. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`);
  return `{${fields.join(',')}}`;
}

/**
 * SHA-256, as hex, over the canonical JSON of
 * `[hash of the row before, at, actorId, actor, action, subject, detail, address, requestId]`.
 */
export function chainHash(previous: string, record: AuditRecord): string {
  const { at, actorId, actor, action, subject, detail, address, requestId } = record;
  const text = canonical([previous, at.toISOString(), actorId, actor, action, subject, detail, address, requestId]);
  return createHash('sha256').update(text).digest('hex');
}
