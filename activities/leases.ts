import type { Sql } from './sql.ts';
import { row, rows, statement } from './sql.ts';

/**
 * Exclusive, expiring use of a named resource, with a fencing token that grows with every new holder.
 * Rows are kept after release, so that a token is never given twice.
 */
export interface LeaseRow {
  resource: string;
  owner: string;
  /** Decimal text of a 64-bit number. */
  fencingToken: string;
  expiresAt: Date;
}

const ACQUIRE = statement(
  'lease_acquire',
  `INSERT INTO "Lease" AS l (resource, owner, "fencingToken", "expiresAt", "acquiredAt")
   VALUES ($1, $2, 1, now() + $3::int * interval '1 ms', now())
   ON CONFLICT (resource) DO UPDATE SET
     "fencingToken" = CASE WHEN l.owner = $2 AND l."expiresAt" > now() THEN l."fencingToken" ELSE l."fencingToken" + 1 END,
     "acquiredAt" = CASE WHEN l.owner = $2 AND l."expiresAt" > now() THEN l."acquiredAt" ELSE now() END,
     owner = $2,
     "expiresAt" = now() + $3::int * interval '1 ms'
   WHERE l."expiresAt" <= now() OR l.owner = $2
   RETURNING resource, owner, "fencingToken"::text AS "fencingToken", "expiresAt"`,
);

const HOLDER = statement(
  'lease_holder',
  `SELECT resource, owner, "fencingToken"::text AS "fencingToken", "expiresAt" FROM "Lease"
   WHERE resource = $1 AND "expiresAt" > now()`,
);

const RENEW = statement(
  'lease_renew',
  `UPDATE "Lease" AS l SET "expiresAt" = GREATEST(l."expiresAt", now() + $3::int * interval '1 ms')
   FROM unnest($1::text[], $2::bigint[]) AS held(resource, token)
   WHERE l.resource = held.resource AND l."fencingToken" = held.token AND l."expiresAt" > now()
   RETURNING l.resource`,
);

const RELEASE = statement(
  'lease_release',
  `UPDATE "Lease" SET "expiresAt" = now()
   WHERE resource = $1 AND "fencingToken" = $2::bigint AND "expiresAt" > now() RETURNING resource`,
);

/**
 * Takes a lease for `ttlMs`, or prolongs it when the same owner already holds it.
 * @returns the lease, or who holds it instead
 */
export async function acquireLease(
  sql: Sql,
  request: { resource: string; owner: string; ttlMs: number },
): Promise<{ acquired: true; lease: LeaseRow } | { acquired: false; holder: LeaseRow | undefined }> {
  const lease = await row<LeaseRow>(sql, ACQUIRE, [request.resource, request.owner, request.ttlMs]);
  if (lease) return { acquired: true, lease };
  return { acquired: false, holder: await row<LeaseRow>(sql, HOLDER, [request.resource]) };
}

/** Prolongs those of `leases` that still are their holder's; returns their resources. Never shortens one. */
export async function renewLeases(
  sql: Sql,
  leases: readonly { resource: string; fencingToken: string }[],
  ttlMs: number,
): Promise<string[]> {
  if (leases.length === 0) return [];
  const renewed = await rows<{ resource: string }>(sql, RENEW, [
    leases.map((lease) => lease.resource),
    leases.map((lease) => lease.fencingToken),
    ttlMs,
  ]);
  return renewed.map((lease) => lease.resource);
}

/** Gives a lease back. @returns whether it still was this holder's */
export async function releaseLease(sql: Sql, resource: string, fencingToken: string): Promise<boolean> {
  return (await row(sql, RELEASE, [resource, fencingToken])) !== undefined;
}
