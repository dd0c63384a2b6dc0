import { z } from 'zod';

/** Parts of the API that a token can be confined to: the tags of the routes, in lower case with hyphens. */
export const AREAS = [
  'accounts',
  'audit',
  'bulk-tasks',
  'codec',
  'events',
  'evidence',
  'follow-categories',
  'inbox',
  'live-view',
  'locks',
  'media',
  'people',
  'proxies',
  'saved-views',
  'schedules',
  'settings',
  'system',
  'tokens',
  'webhooks',
  'workers',
] as const;
export type Area = (typeof AREAS)[number];

/** Weakest first; each may do what those before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;

/**
 * What a token may do: all that a role may, or to read or to change one area. Reading takes in what only admins see;
 * what only admins change needs the role.
 */
export const scopeSchema = z
  .enum([...ROLES, ...AREAS.flatMap((area) => [`${area}:read`, `${area}:write`] as const)])
  .meta({ id: 'Scope', description: 'A role, or `<area>:read` or `<area>:write`' });
export type Scope = z.output<typeof scopeSchema>;

export const areaOfTag = (tag: string): string => tag.toLowerCase().replaceAll(' ', '-');
