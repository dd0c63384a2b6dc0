import type { Access } from './route.ts';

export type Role = 'viewer' | 'operator' | 'admin';
export const ROLES = ['viewer', 'operator', 'admin'] as const satisfies readonly Role[];

/** Who makes a request. */
export interface Actor {
  /** `worker` and `none` are outside the order of roles. */
  role: Role | 'worker' | 'none';
  /** For people to read, and what the audit trail names. */
  name: string;
  /** Stable: what rate limits and records count by. Never a token itself. */
  id: string;
  via: 'bearer' | 'cookie' | 'none';
  /** What the header `x-csrf-token` must be, with `via: 'cookie'`. */
  csrf?: string;
  /** Key of the WebSession row, with `via: 'cookie'`. */
  sessionId?: string;
}

export const ANONYMOUS: Actor = { role: 'none', name: 'anonymous', id: 'anonymous', via: 'none' };

/** Whether an actor's role is enough. */
export function mayCall(role: Actor['role'], access: Access): boolean {
  if (access === 'public' || role === 'admin') return true;
  if (access === 'worker') return role === 'worker';
  if (role === 'none' || role === 'worker') return false;
  return ROLES.indexOf(role) >= ROLES.indexOf(access);
}

/** The strongest role among the scopes of a token. */
export function strongestRole(scopes: readonly string[]): Role | undefined {
  return ROLES.findLast((role) => scopes.includes(role));
}
