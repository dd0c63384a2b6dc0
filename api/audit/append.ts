import { setTimeout as sleep } from 'node:timers/promises';
import type { Deps } from '../deps.ts';
import { query, queryOne } from '../door/sql.ts';
import type { AuditRecord } from './chain.ts';
import { chainHash, FIRST_HASH } from './chain.ts';

/** Rows of one transaction at most; what comes in while one is at work goes with the next. */
const BATCH = 200;
const TRIES = 3;
const RETRY_MS = 100;

/** Where the chain ends, kept beside it: so that a missing last row is noticed. */
export const AUDIT_HEAD = 'audit.head';
/** Where the chain begins, once the retention has taken its oldest rows away. */
export const AUDIT_ANCHOR = 'audit.anchor';

type Db = Deps['db'];

interface Waiting {
  record: AuditRecord;
  done(): void;
  fail(error: unknown): void;
}

const INSERT = `
  WITH rows AS (
    INSERT INTO "AuditEvent" ("actorId", actor, action, subject, detail, address, "requestId", at, "prevHash", hash)
    SELECT r."actorId", r.actor, r.action, r.subject, r.detail, r.address, r."requestId", r.at, r."prevHash", r.hash
    FROM jsonb_to_recordset($1::jsonb) AS r(n int, "actorId" text, actor text, action text, subject text, detail jsonb,
      address text, "requestId" text, at timestamptz, "prevHash" text, hash text)
    ORDER BY r.n RETURNING id, hash
  )
  INSERT INTO "Setting" (key, value)
  SELECT '${AUDIT_HEAD}', jsonb_build_object('lastId', id::text, 'hash', hash) FROM rows ORDER BY id DESC LIMIT 1
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, "updatedAt" = now() RETURNING key`;

const HEAD = `SELECT value->>'hash' AS hash FROM "Setting" WHERE key = '${AUDIT_HEAD}'`;

/** Adds rows at the end of the chain. One transaction of all API processes is at this at a time. */
async function append(db: Db, records: readonly AuditRecord[]): Promise<void> {
  await db.$transaction(async (tx) => {
    // A statement of its own: the next one must see what the holder of the lock before us committed.
    await query(tx, `SELECT pg_advisory_xact_lock(hashtextextended('audit', 0))::text`);
    // The note, not the last row: when rows were taken off the end, the gap must stay visible.
    const head = await queryOne<{ hash: string }>(tx, HEAD);
    let prevHash = head?.hash ?? FIRST_HASH;
    const rows = records.map((record, n) => {
      const hash = chainHash(prevHash, record);
      const row = { ...record, n, at: record.at.toISOString(), prevHash, hash };
      prevHash = hash;
      return row;
    });
    await query(tx, INSERT, JSON.stringify(rows));
  });
}

function createWriter(db: Db) {
  const waiting: Waiting[] = [];
  let writing = false;

  async function write(batch: readonly Waiting[]): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await append(
          db,
          batch.map(({ record }) => record),
        );
        for (const { done } of batch) done();
        return;
      } catch (error) {
        if (attempt >= TRIES) {
          for (const { fail } of batch) fail(error);
          return;
        }
        await sleep(RETRY_MS * attempt);
      }
    }
  }

  async function drain(): Promise<void> {
    writing = true;
    while (waiting.length > 0) await write(waiting.splice(0, BATCH));
    writing = false;
  }

  return (record: AuditRecord): Promise<void> =>
    new Promise((done, fail) => {
      waiting.push({ record, done, fail });
      if (!writing) void drain();
    });
}

const writers = new WeakMap<Db, ReturnType<typeof createWriter>>();

/**
 * Adds one row to the audit log and waits until it is kept. Calls at the same time share a transaction.
 * The detail must hold no secret: see `mask.ts`.
 */
export async function appendAudit(deps: Pick<Deps, 'db'>, record: Omit<AuditRecord, 'at'>): Promise<void> {
  const writer = writers.get(deps.db) ?? createWriter(deps.db);
  writers.set(deps.db, writer);
  await writer({ ...record, at: new Date() });
}
