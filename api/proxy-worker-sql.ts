import type { AccountProxy, ProxyFindings } from '../contracts/worker-api.ts';
import { accountLeaseResource } from '../contracts/worker-api.ts';
import type { Deps } from './deps.ts';
import { type Db, query, queryOne } from './door/sql.ts';
import { conflict, notFound, unprocessable } from './problem.ts';
import { openProxyPassword, sealProxyPassword } from './secrets.ts';

/** Who asks: a worker that serves the account's lease under this token. */
export interface Holder {
  accountId: string;
  fencingToken: string;
}

/** The proxy as it was when it was read. */
export interface Checked {
  proxyId: string;
  version: string;
}

const leaseLost = () => conflict('The lease on this account is lost: it has expired, or another run holds it.');
const edited = () => conflict('The proxy was edited, or taken from the account, while it was looked at.');

/** `$1` account, `$2` resource, `$3` token: locked, so that who lost the lease a moment ago writes nothing. */
const HELD = `held AS (
  SELECT 1 FROM "Lease" WHERE resource = $2 AND "fencingToken" = $3::bigint AND "expiresAt" > now() FOR SHARE
)`;
const holderOf = ({ accountId, fencingToken }: Holder) =>
  [accountId, accountLeaseResource(accountId), fencingToken] as const;

async function isHeld(db: Db, holder: Holder): Promise<boolean> {
  const [, resource, token] = holderOf(holder);
  const found = await queryOne(
    db,
    `SELECT 1 AS held FROM "Lease" WHERE resource = $1 AND "fencingToken" = $2::bigint AND "expiresAt" > now()`,
    resource,
    token,
  );
  return found !== undefined;
}

interface ProxyRow extends Omit<AccountProxy, 'password' | 'version'> {
  secret: Uint8Array | null;
  updatedAt: Date;
}

/** @throws Problem 409 without the lease, 404 without a proxy, 422 when its password cannot be opened any more */
export async function readProxy(deps: Deps, holder: Holder, repairOf: string | undefined): Promise<AccountProxy> {
  const row = await queryOne<ProxyRow>(
    deps.db,
    `WITH ${HELD}
     SELECT p.id, p."updatedAt", p.protocol, p.host, p.port, p.username, p.secret, p."exitAddress", p.country,
       (SELECT c.detail->'changes' FROM "ProxyCheck" c
        WHERE c."proxyId" = p.id AND c."checkedAt" = p."updatedAt" AND c.detail->>'repairOf' = $4) AS repaired
     FROM "Account" a JOIN "Proxy" p ON p.id = a."proxyId" WHERE a.id = $1::uuid AND EXISTS (SELECT 1 FROM held)`,
    ...holderOf(holder),
    repairOf ?? null,
  );
  if (!row) throw (await isHeld(deps.db, holder)) ? notFound('The account has no proxy.') : leaseLost();
  const { secret, updatedAt, ...plain } = row;
  return { ...plain, version: updatedAt.toISOString(), password: secret && openPassword(deps, row.id, secret) };
}

function openPassword({ sealer }: Deps, id: string, secret: Uint8Array): string {
  try {
    return openProxyPassword(sealer, id, secret);
  } catch {
    throw unprocessable('The password of the proxy cannot be opened with the present key; enter it anew.');
  }
}

/** Keeps what a check found, beside what it led to. @throws Problem 409 when the proxy is another one by now */
export async function recordCheck(
  deps: Deps,
  holder: Holder,
  { proxyId, version }: Checked,
  found: { findings: ProxyFindings; changes: string[]; accountTaskId: string },
): Promise<void> {
  const { verdict, status } = found.findings;
  const kept = await queryOne(
    deps.db,
    `WITH ${HELD}, changed AS (
       UPDATE "Proxy" p SET status = $6, verdict = $7, "checkedAt" = now()
       FROM "Account" a
       WHERE p.id = $4::uuid AND p."updatedAt" = $5::timestamptz AND a.id = $1::uuid AND a."proxyId" = p.id
         AND EXISTS (SELECT 1 FROM held)
       RETURNING p.id
     )
     INSERT INTO "ProxyCheck" ("proxyId", verdict, detail) SELECT id, $7, $8::jsonb FROM changed RETURNING id::text`,
    ...holderOf(holder),
    proxyId,
    version,
    status,
    verdict,
    JSON.stringify(found),
  );
  if (!kept) throw (await isHeld(deps.db, holder)) ? edited() : leaseLost();
}

export interface Repair {
  protocol: string;
  host: string;
  port: number;
  username: string | null;
  password: string | null;
  changes: string[];
  accountTaskId: string;
}

/** Gives the proxy a better address, and notes which account task did. @throws Problem 409 as {@link recordCheck} */
export async function repairProxy(
  deps: Deps,
  holder: Holder,
  { proxyId, version }: Checked,
  repair: Repair,
): Promise<void> {
  const { protocol, host, port, username, password, changes, accountTaskId } = repair;
  const kept = await queryOne(
    deps.db,
    `WITH ${HELD}, changed AS (
       UPDATE "Proxy" p SET protocol = $6, host = $7, port = $8::int, username = $9, secret = $10::bytea,
         status = 'unknown', "updatedAt" = now()
       FROM "Account" a
       WHERE p.id = $4::uuid AND p."updatedAt" = $5::timestamptz AND a.id = $1::uuid AND a."proxyId" = p.id
         AND EXISTS (SELECT 1 FROM held)
       RETURNING p.id
     )
     INSERT INTO "ProxyCheck" ("proxyId", verdict, detail) SELECT id, $11, $12::jsonb FROM changed RETURNING id::text`,
    ...holderOf(holder),
    proxyId,
    version,
    protocol,
    host,
    port,
    username,
    password === null ? null : sealProxyPassword(deps.sealer, proxyId, password),
    `Repaired. ${changes.join(' ')}`,
    JSON.stringify({ repairOf: accountTaskId, changes }),
  );
  if (!kept) throw (await isHeld(deps.db, holder)) ? edited() : leaseLost();
}

/** One giver of spares at a time. */
export const LOCK_SPARES = `SELECT pg_advisory_xact_lock(hashtextextended('proxy-spares', 0))::text`;

/** The best free spare: known to be healthy first, of the same country first, checked last. */
const FREE_SPARE = `
  SELECT p.id FROM "Proxy" p LEFT JOIN "Proxy" old ON old.id = $1::uuid
  WHERE p.spare AND p.status IN ('healthy', 'unknown') AND p.id <> $1::uuid AND p.id <> ALL($2::uuid[])
    AND NOT EXISTS (SELECT 1 FROM "Account" a WHERE a."proxyId" = p.id)
  ORDER BY (p.status = 'healthy') DESC, (p.country IS NOT DISTINCT FROM old.country) DESC,
    p."checkedAt" DESC NULLS LAST, p.id
  FOR UPDATE OF p SKIP LOCKED LIMIT 1`;

/**
 * Gives the account another proxy: `to`, or the best free spare. One after the other, because a spare is free as long as
 * no account uses it, and two at once would both find it free.
 * @returns the proxy that the account has now, or null when there is no free spare
 */
export async function switchProxy(
  deps: Deps,
  holder: Holder,
  { from, to, except }: { from: string; to?: string | undefined; except: string[] },
): Promise<{ id: string; name: string } | null> {
  return deps.db.$transaction(async (tx) => {
    await query(tx, LOCK_SPARES);
    const chosen = to ?? (await queryOne<{ id: string }>(tx, FREE_SPARE, from, except))?.id;
    if (chosen === undefined) {
      if (!(await isHeld(tx, holder))) throw leaseLost();
      return null;
    }
    const given = await queryOne<{ id: string; name: string }>(
      tx,
      `WITH ${HELD}, given AS (
       UPDATE "Account" a SET "proxyId" = p.id, "updatedAt" = now() FROM "Proxy" p
       WHERE a.id = $1::uuid AND a."proxyId" = $4::uuid AND p.id = $5::uuid AND EXISTS (SELECT 1 FROM held)
       RETURNING p.id, p.name, a.id AS "accountId"
       ), told AS (
         INSERT INTO "AccountEvent" ("accountId", type, data)
         SELECT "accountId", 'proxy', jsonb_build_object('from', $4::text, 'to', id, 'name', name) FROM given
       ) SELECT id, name FROM given`,
      ...holderOf(holder),
      from,
      chosen,
    );
    if (!given) throw (await isHeld(tx, holder)) ? edited() : leaseLost();
    return given;
  });
}
