import { randomUUID } from 'node:crypto';
import type { Prisma } from '../prisma/generated/client.ts';
import type { ImportRow } from './account-import-columns.ts';
import { accountFields } from './account-schemas.ts';
import type { Deps } from './deps.ts';
import { fieldErrors } from './field-errors.ts';
import { readAccountLogin, sealAccountLogin } from './secrets.ts';

export interface ImportLine {
  line: number;
  row: ImportRow;
}
export interface Rejection {
  line: number;
  field: string;
  message: string;
}
export interface BatchResult {
  created: number;
  updated: number;
  rejected: Rejection[];
}

type Existing = {
  id: string;
  platform: string;
  username: string;
  secret: Uint8Array | null;
  dailyLimits: Prisma.JsonValue;
};
type Transaction = Prisma.TransactionClient;
const TRANSACTION_MS = 120_000;
const TRIES = 3;

/** Somebody else added one of the batch's accounts in between: tried again, it is an update. */
class Overtaken extends Error {}

const key = (row: { platform: string; username: string }): string => `${row.platform}\0${row.username}`;

async function findExisting(tx: Transaction, lines: readonly ImportLine[]): Promise<Map<string, Existing>> {
  const rows = await tx.account.findMany({
    where: { username: { in: lines.map(({ row }) => row.username) } },
    select: { id: true, platform: true, username: true, secret: true, dailyLimits: true },
  });
  return new Map(rows.map((row) => [key(row), row]));
}

/** The limits of an account with those of the file in them: a file may name some of them alone. */
const limitsAfter = ({ row }: ImportLine, found: Existing | undefined) => ({
  ...((found?.dailyLimits ?? {}) as ImportRow['dailyLimits']),
  ...row.dailyLimits,
});

/**
 * Lines that only the database can judge: their proxy does not exist, a new account comes without a password, or limits
 * do not fit those that are there.
 */
async function judge(tx: Transaction, lines: readonly ImportLine[], existing: ReadonlyMap<string, Existing>) {
  const proxyIds = [...new Set(lines.flatMap(({ row }) => row.proxyId ?? []))];
  const proxies = await tx.proxy.findMany({ where: { id: { in: proxyIds } }, select: { id: true } });
  const known = new Set(proxies.map(({ id }) => id));
  return lines.flatMap((given): Rejection[] => {
    const { line, row } = given;
    if (row.proxyId && !known.has(row.proxyId.toLowerCase())) {
      return [{ line, field: 'proxyId', message: 'There is no such proxy' }];
    }
    if (!existing.has(key(row)) && row.password === undefined) {
      return [{ line, field: 'password', message: 'A new account needs a password' }];
    }
    const limits = accountFields.dailyLimits.safeParse(limitsAfter(given, existing.get(key(row))));
    if (row.dailyLimits && !limits.success) {
      const [error] = fieldErrors(limits.error);
      return [{ line, field: `dailyLimits.${error?.path}`, message: error?.message ?? '' }];
    }
    return [];
  });
}

function toNew(row: ImportRow, deps: Deps) {
  const { password = '', totpSecret = null, ...plain } = row;
  const id = randomUUID();
  const secret = sealAccountLogin(deps.sealer, id, { password, totpSecret });
  return { ...plain, id, secret: Buffer.from(secret).toString('base64') };
}

/** One statement whatever the number of rows: a list of parameters a row costs time and memory. */
async function insertNew(tx: Transaction, rows: readonly ReturnType<typeof toNew>[]): Promise<void> {
  if (rows.length === 0) return;
  const inserted = await tx.$executeRaw`
    INSERT INTO "Account"
      (id, platform, username, email, "proxyId", tags, "timeZone", "dailyLimits", "quietHours", notes, secret)
    SELECT id, platform, username, email, "proxyId", coalesce(tags, '{}'), coalesce("timeZone", 'UTC'), "dailyLimits",
      "quietHours", notes, decode(secret, 'base64')
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS v(
      id uuid, platform text, username text, email text, "proxyId" uuid, tags text[], "timeZone" text,
      "dailyLimits" jsonb, "quietHours" jsonb, notes text, secret text
    )
    ON CONFLICT (platform, username) DO NOTHING`;
  if (inserted < rows.length) throw new Overtaken();
}

/** The change of one row as JSON for one statement over all of them; null means unchanged. */
function toChange(row: ImportRow, found: Existing, deps: Deps) {
  const login = readAccountLogin(deps.sealer, found);
  const password = row.password ?? login?.password;
  const totpSecret = row.totpSecret ?? login?.totpSecret ?? null;
  // The same password again is no change: the session that it opened stays good.
  const newPassword = row.password !== undefined && row.password !== login?.password;
  const changed = password !== undefined && (newPassword || totpSecret !== (login?.totpSecret ?? null));
  const secret = changed ? sealAccountLogin(deps.sealer, found.id, { password, totpSecret }) : null;
  return {
    id: found.id,
    email: row.email ?? null,
    proxyId: row.proxyId ?? null,
    tags: row.tags ?? null,
    timeZone: row.timeZone ?? null,
    dailyLimits: row.dailyLimits ?? null,
    quietHours: row.quietHours ?? null,
    notes: row.notes ?? null,
    secret: secret && Buffer.from(secret).toString('base64'),
    newPassword,
  };
}

async function applyChanges(tx: Transaction, changes: readonly ReturnType<typeof toChange>[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.$executeRaw`
    UPDATE "Account" a SET
      email = coalesce(v.email, a.email),
      "proxyId" = coalesce(v."proxyId", a."proxyId"),
      tags = coalesce(v.tags, a.tags),
      "timeZone" = coalesce(v."timeZone", a."timeZone"),
      "dailyLimits" = CASE
        WHEN v."dailyLimits" IS NULL THEN a."dailyLimits" ELSE coalesce(a."dailyLimits", '{}') || v."dailyLimits"
      END,
      "quietHours" = coalesce(v."quietHours", a."quietHours"),
      notes = coalesce(v.notes, a.notes),
      secret = coalesce(decode(v.secret, 'base64'), a.secret),
      session = CASE WHEN v."newPassword" THEN NULL ELSE a.session END,
      "sessionAt" = CASE WHEN v."newPassword" THEN NULL ELSE a."sessionAt" END,
      "statusReason" = CASE WHEN v.secret IS NOT NULL AND a.status = 'bad_credentials' THEN NULL ELSE a."statusReason" END,
      status = CASE WHEN v.secret IS NOT NULL AND a.status = 'bad_credentials' THEN 'new' ELSE a.status END,
      "updatedAt" = now()
    FROM jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) AS v(
      id uuid, email text, "proxyId" uuid, tags text[], "timeZone" text, "dailyLimits" jsonb, "quietHours" jsonb,
      notes text, secret text, "newPassword" boolean
    )
    WHERE a.id = v.id`;
}

/** How many of these lines are new accounts, without writing. */
export async function countNew(lines: readonly ImportLine[], deps: Deps): Promise<number> {
  const existing = await findExisting(deps.db, lines);
  return lines.filter(({ row }) => !existing.has(key(row))).length;
}

/** Writes one batch in one transaction. With `dryRun` it only tells what would be written. */
export async function writeBatch(lines: readonly ImportLine[], dryRun: boolean, deps: Deps): Promise<BatchResult> {
  const once = async (tx: Transaction): Promise<BatchResult> => {
    const existing = await findExisting(tx, lines);
    const rejected = await judge(tx, lines, existing);
    const refused = new Set(rejected.map(({ line }) => line));
    const good = lines.filter(({ line }) => !refused.has(line));
    const fresh = good.filter(({ row }) => !existing.has(key(row)));
    if (!dryRun) {
      const added = fresh.map(({ row }) => toNew(row, deps));
      await insertNew(tx, added);
      const changes = good.flatMap(({ row }) => {
        const found = existing.get(key(row));
        return found ? [toChange(row, found, deps)] : [];
      });
      await applyChanges(tx, changes);
    }
    return { created: fresh.length, updated: good.length - fresh.length, rejected };
  };
  if (dryRun) return await once(deps.db);
  for (let left = TRIES; ; left -= 1) {
    try {
      return await deps.db.$transaction(once, { timeout: TRANSACTION_MS, maxWait: TRANSACTION_MS });
    } catch (error) {
      if (!(error instanceof Overtaken) || left <= 1) throw error;
    }
  }
}
