import { createHash, randomUUID } from 'node:crypto';
import { bulkWorkflowId, type Pace } from '../../contracts/bulk.ts';
import { say } from '../../contracts/said.ts';
import type { AnyKind } from '../../kinds/define.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import type { Deps } from '../deps.ts';
import { unprocessable } from '../problem.ts';
import { type PlannedAccount, type Prepared, prepare } from './prepare.ts';
import type { Selection } from './selection.ts';
import { type Db, query, queryOne } from './sql.ts';
import { addEvent } from './timeline.ts';

export interface BulkOrder {
  name?: string | undefined;
  accounts: Selection;
  params: unknown;
  window: number;
  pace?: Pace | undefined;
  canary?: number | undefined;
  startAt?: string | undefined;
  skipRefused: boolean;
}

export interface CreatedTask {
  id: string;
  kind: string;
  name: string;
  state: 'draft' | 'scheduled';
  total: number;
  startAt: string | null;
  createdAt: string;
  warnings: string[];
}

interface TaskRow {
  id: string;
  kind: string;
  name: string;
  total: number;
  startAt: Date | null;
  createdAt: Date;
  requestHash: string | null;
}

const ROWS_A_STATEMENT = 5_000;
const TRANSACTION_MS = 180_000;
const MAX_REASONS = 100;

/** Equal for requests that ask for the same, whatever the order of their keys. */
export function requestHash(kind: string, body: unknown): string {
  const sorted = (_key: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return createHash('sha256')
    .update(JSON.stringify([kind, body], sorted))
    .digest('hex');
}

const answerOf = (row: TaskRow, warnings: string[]): CreatedTask => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  state: row.startAt ? 'scheduled' : 'draft',
  total: row.total,
  startAt: row.startAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
  warnings,
});

/** The answer that this key was given before, if any. */
async function replay(db: Db, key: string | undefined, hash: string): Promise<CreatedTask | undefined> {
  if (key === undefined) return undefined;
  const row = await queryOne<TaskRow>(
    db,
    'SELECT id, kind, name, total, "startAt", "createdAt", "requestHash" FROM "BulkTask" WHERE "idempotencyKey" = $1',
    key,
  );
  if (!row) return undefined;
  if (row.requestHash === hash) return answerOf(row, []);
  throw unprocessable('This Idempotency-Key was already used for another request. Take a new key for a new request.');
}

async function writeAccountTasks(db: Db, taskId: string, planned: readonly PlannedAccount[]): Promise<void> {
  for (let start = 0; start < planned.length; start += ROWS_A_STATEMENT) {
    const rows = planned.slice(start, start + ROWS_A_STATEMENT).map(({ account, plan }, place) => ({
      ordinal: start + place,
      account: account.id,
      username: account.username,
      plan,
    }));
    await query(
      db,
      `INSERT INTO "AccountTask" ("taskId", ordinal, "accountId", username, plan)
       SELECT $1::uuid, r.ordinal, r.account, r.username, r.plan
       FROM json_to_recordset($2::json) AS r(ordinal int, account uuid, username text, plan jsonb)`,
      taskId,
      JSON.stringify(rows),
    );
  }
}

/** @throws Problem 422 when accounts cannot take part, unless the order goes on without them */
export function refuse({ refused, planned }: Prepared, skipRefused: boolean): void {
  if (refused.length > 0 && !skipRefused) {
    throw unprocessable(
      say('order.refused', { refused: refused.length, count: refused.length + planned.length }),
      refused.slice(0, MAX_REASONS).map(({ username, reason }) => ({
        path: 'accounts',
        message: say('file.says', { file: username, why: reason }),
      })),
    );
  }
  if (planned.length === 0) {
    throw unprocessable('None of the accounts can take part.', [
      { path: 'accounts', message: refused[0]?.reason ?? 'No account is left.' },
    ]);
  }
}

/** @throws Problem 422 when no account would be left for after the approval */
export function refuseCanary({ planned }: Prepared, canary: number | undefined): void {
  const total = planned.length;
  if (canary === undefined || canary < total) return;
  throw unprocessable('The canary leaves no account to wait for the approval.', [
    {
      path: 'canary',
      message:
        total < 2
          ? 'A canary needs at least two accounts that take part; leave it out.'
          : say('order.canary-size', { most: total - 1, count: total }),
    },
  ]);
}

interface CreateRequest {
  kind: AnyKind;
  order: BulkOrder;
  idempotencyKey: string | undefined;
  actor: string;
  /** The same, for people to read; nobody where a schedule orders it. */
  by?: string;
  /** The schedule that orders it. */
  scheduleId?: string;
}

async function write(
  tx: Prisma.TransactionClient,
  request: Pick<CreateRequest, 'kind' | 'order' | 'actor' | 'by' | 'scheduleId'> & { now: Date },
  prepared: Prepared,
  idempotency: { key: string | undefined; hash: string },
): Promise<CreatedTask> {
  const { kind, order, actor, now } = request;
  const id = randomUUID();
  const total = prepared.planned.length;
  const startAt = order.startAt ? new Date(order.startAt) : null;
  const state = startAt ? 'scheduled' : 'draft';
  const task = await tx.bulkTask.create({
    data: {
      id,
      kind: kind.name,
      name: order.name ?? `${kind.title}, ${now.toISOString().slice(0, 16).replace('T', ' ')}`,
      state,
      params: order.params as Prisma.InputJsonValue,
      selection: order.accounts,
      pace: (order.pace as Prisma.InputJsonObject | undefined) ?? Prisma.DbNull,
      window: order.window,
      canary: order.canary ?? null,
      canaryState: order.canary === undefined ? null : 'running',
      total,
      startAt,
      idempotencyKey: idempotency.key ?? null,
      requestHash: idempotency.hash,
      workflowId: bulkWorkflowId(id),
      createdById: actor,
      scheduleId: request.scheduleId ?? null,
    },
  });
  await writeAccountTasks(tx, id, prepared.planned);
  await tx.taskTally.create({ data: { taskId: id, slot: 0, key: 'state:pending', n: total } });
  await addEvent(tx, {
    taskId: id,
    accountTaskId: null,
    type: 'bulk-task',
    data: { state, reason: null, kind: kind.name, total, window: order.window, by: request.by ?? null },
  });
  return answerOf(task, prepared.warnings);
}

const isKeyTaken = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';

/**
 * Checks an order and writes its bulk task, account tasks, first totals, event and idempotency key in one transaction.
 * @throws Problem 422 when anything of it cannot be done; then nothing was written
 */
export async function createBulkTask(deps: Pick<Deps, 'db'>, request: CreateRequest): Promise<CreatedTask> {
  const { kind, order, idempotencyKey: key } = request;
  const hash = requestHash(kind.name, order);
  const known = await replay(deps.db, key, hash);
  if (known) return known;
  const now = new Date();
  try {
    return await deps.db.$transaction(
      async (tx) => {
        // One order of a kind at a time: two equal ones, sent at once, must see one another as duplicates.
        await query(tx, `SELECT pg_advisory_xact_lock(hashtextextended('bulk-door/' || $1, 0))::text`, kind.name);
        const earlier = await replay(tx, key, hash);
        if (earlier) return earlier;
        const prepared = await prepare(tx, {
          kind,
          params: order.params,
          accounts: order.accounts,
          date: order.startAt ? new Date(order.startAt) : now,
          minGapSeconds: order.pace?.minGapSeconds,
        });
        refuse(prepared, order.skipRefused);
        refuseCanary(prepared, order.canary);
        return write(tx, { ...request, now }, prepared, {
          key,
          hash,
        });
      },
      { timeout: TRANSACTION_MS, maxWait: 30_000 },
    );
  } catch (error) {
    // The same key, at the same time, for an order of another kind.
    const winner = isKeyTaken(error) ? await replay(deps.db, key, hash) : undefined;
    if (winner) return winner;
    throw error;
  }
}
