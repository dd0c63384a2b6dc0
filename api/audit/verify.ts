import { z } from 'zod';
import { openDatabase } from '../../prisma/client.ts';
import type { Deps } from '../deps.ts';
import { query, queryOne } from '../door/sql.ts';
import { AUDIT_ANCHOR, AUDIT_HEAD } from './append.ts';
import type { AuditRecord } from './chain.ts';
import { chainHash, FIRST_HASH } from './chain.ts';

const PAGE = 2_000;
const LONGEST_MS = 30 * 60_000;

export const auditVerdictSchema = z
  .object({
    ok: z.boolean(),
    checked: z.int().meta({ description: 'How many rows were looked at' }),
    firstBadId: z.string().nullable().meta({ description: 'The first row that does not fit, or that is missing' }),
    reason: z.string().nullable().meta({ description: 'What is wrong with it, in words' }),
    headId: z.string().nullable().meta({ description: 'The last row' }),
    headHash: z.string().nullable().meta({
      description: 'Its hash. Kept elsewhere, it shows later whether everything up to it is still as it was.',
    }),
  })
  .meta({ id: 'AuditVerdict' });
export type AuditVerdict = z.output<typeof auditVerdictSchema>;

interface Row extends AuditRecord {
  id: string;
  prevHash: string;
  hash: string;
}

const markSchema = z.object({ lastId: z.string(), hash: z.string() });
type Tx = Parameters<Parameters<Deps['db']['$transaction']>[0]>[0];

async function mark(tx: Tx, key: string) {
  const row = await queryOne<{ value: unknown }>(tx, 'SELECT value FROM "Setting" WHERE key = $1', key);
  return markSchema.safeParse(row?.value).data;
}

/** A row that was noted elsewhere, out of reach of whoever could write the whole log anew. */
export interface NotedRow {
  id: string;
  hash: string;
}

export const NOTED_ROW = /^(\d{1,18}):([0-9a-f]{64})$/;

/** Reads `<id>:<hash>`. */
export function notedRowOf(text: string): NotedRow | undefined {
  const [, id, hash] = NOTED_ROW.exec(text) ?? [];
  return id && hash ? { id, hash } : undefined;
}

async function check(tx: Tx, noted?: NotedRow): Promise<AuditVerdict> {
  const anchor = await mark(tx, AUDIT_ANCHOR);
  let previous = anchor?.hash ?? FIRST_HASH;
  let last: Row | undefined;
  let checked = 0;
  let missing = noted && !(anchor && anchor.lastId === noted.id && anchor.hash === noted.hash);
  const bad = (firstBadId: string | null, reason: string): AuditVerdict => ({
    ok: false,
    checked,
    firstBadId,
    reason,
    headId: last?.id ?? null,
    headHash: last?.hash ?? null,
  });
  for (;;) {
    const rows: Row[] = await query<Row>(
      tx,
      `SELECT id::text AS id, "actorId", actor, action, subject, detail, address, "requestId", at, "prevHash", hash
       FROM "AuditEvent" WHERE id > $1::bigint ORDER BY "AuditEvent".id LIMIT ${PAGE}`,
      last?.id ?? '0',
    );
    for (const row of rows) {
      checked += 1;
      if (row.prevHash !== previous) return bad(row.id, 'Rows before it were removed, added or put in another order.');
      if (chainHash(previous, row) !== row.hash) return bad(row.id, 'It was changed.');
      if (noted?.id === row.id) {
        if (noted.hash !== row.hash) return bad(row.id, 'It is not the row that was noted.');
        missing = false;
      }
      previous = row.hash;
      last = row;
    }
    if (rows.length < PAGE) break;
  }
  const head = await mark(tx, AUDIT_HEAD);
  if (head && head.hash !== last?.hash) return bad(head.lastId, 'The rows at the end were removed.');
  if (noted && missing) return bad(noted.id, 'The row that was noted is not there any more.');
  if (!head && last) return bad(last.id, 'The note of where the log ends is missing.');
  return { ok: true, checked, firstBadId: null, reason: null, headId: last?.id ?? null, headHash: last?.hash ?? null };
}

/**
 * Goes through the whole audit log as of one moment: every row must hold what was written, name the row before it, and
 * none may be missing, also not the last.
 *
 * Rows that the retention took from the front are known by the anchor it left. Who can write the whole database could
 * compute the chain anew; with a row that was noted elsewhere that is found as well.
 */
export function verifyAudit(db: Deps['db'], noted?: NotedRow): Promise<AuditVerdict> {
  const options = { isolationLevel: 'RepeatableRead', timeout: LONGEST_MS, maxWait: 10_000 } as const;
  return db.$transaction((tx) => check(tx, noted), options);
}

/** The same on a database that nothing is connected to yet. */
export async function verifyAuditOf(databaseUrl: string, noted?: NotedRow): Promise<AuditVerdict> {
  const db = openDatabase(databaseUrl, { maxConnections: 1 });
  try {
    return await verifyAudit(db, noted);
  } finally {
    await db.$disconnect();
  }
}
