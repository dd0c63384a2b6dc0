import { areaOfTag, ROLES } from '../contracts/scopes.ts';
import type { Access, Route } from './route.ts';

export { ROLES };
export type Role = (typeof ROLES)[number];

/** Who makes a request. */
export interface Actor {
  /** `worker` and `none` are outside the order of roles; a token with scopes of areas alone has `none`. */
  role: Role | 'worker' | 'none';
  /** For people to read, and what the audit log names. */
  name: string;
  /** Stable: `admin`, `user:<id>`, `token:<id>`, `worker`, `worker-token:<id>`. What rate limits and records count by. */
  id: string;
  via: 'bearer' | 'cookie' | 'none';
  /** Scopes of a token. */
  scopes?: readonly string[];
  /** What the header `x-csrf-token` must be, with `via: 'cookie'`. */
  csrf?: string;
  /** Key of the WebSession row, with `via: 'cookie'`. */
  sessionId?: string;
  /** Key of the User row, with `via: 'cookie'`. */
  userId?: string;
  /** Signed in with a password that somebody else gave: nothing but choosing another one is allowed. */
  mustChangePassword?: boolean;
}

export const ANONYMOUS: Actor = { role: 'none', name: 'anonymous', id: 'anonymous', via: 'none' };

/** Whether an actor's role is enough. */
export function mayCall(role: Actor['role'], access: Access): boolean {
  if (access === 'public' || role === 'admin') return true;
  if (access === 'worker') return role === 'worker';
  if (role === 'none' || role === 'worker') return false;
  return access === 'signed-in' || ROLES.indexOf(role) >= ROLES.indexOf(access);
}

/** What a route must say for a token's scopes to be held against it. */
export type Guarded = Pick<Route, 'access' | 'method' | 'tags'>;

/**
 * Whether scopes of areas let a call through: `<area>:read` for everything that reads there, `<area>:write` for what an
 * operator may change there. A token could otherwise make a stronger one.
 */
export function scopesAllow(scopes: readonly string[], route: Guarded): boolean {
  const { access, method } = route;
  if (access === 'worker' || access === 'signed-in') return false;
  if (method !== 'get' && access === 'admin') return false;
  const right = method === 'get' ? 'read' : 'write';
  return route.tags.some((tag) => scopes.includes(`${areaOfTag(tag)}:${right}`));
}

/** The strongest role among the scopes of a token. */
export function strongestRole(scopes: readonly string[]): Role | undefined {
  return ROLES.findLast((role) => scopes.includes(role));
}
