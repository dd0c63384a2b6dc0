import { z } from 'zod';
import { OVERLAPS, type ScheduleSpec, scheduleSpecSchema } from '../contracts/schedules.ts';
import type { AnyKind } from '../kinds/define.ts';
import { kindList } from '../kinds/index.ts';
import type { Prisma } from '../prisma/generated/client.ts';
import { accountFields, line } from './account-schemas.ts';
import type { Deps } from './deps.ts';
import { refuse, refuseCanary, requestHash } from './door/create.ts';
import { prepare } from './door/prepare.ts';
import { orderSchema } from './door/schemas.ts';
import { query, queryOne } from './door/sql.ts';
import { kindOf } from './door/tasks.ts';
import { fieldErrors } from './field-errors.ts';
import { badRequest, conflict, Problem, unprocessable } from './problem.ts';
import * as store from './schedules-store.ts';
import { settleSoon } from './schedules-temporal.ts';

const fields = {
  name: line(100),
  order: z
    .record(z.string(), z.unknown())
    .meta({ description: 'As the body of `POST /api/bulk/{kind}`, without `startAt`' }),
  spec: scheduleSpecSchema,
  timeZone: accountFields.timeZone.meta({ description: 'Of a cron expression; an IANA name such as Europe/Berlin' }),
  overlap: z.enum(OVERLAPS).meta({
    description:
      'When the time comes and the last run has not ended: `skip` it, `buffer` one until it has, or `allow` both',
  }),
};
const kindNames = kindList.map(({ name }) => name) as [string, ...string[]];
export const createSchema = z
  .strictObject({
    ...fields,
    name: fields.name.optional(),
    kind: z.enum(kindNames),
    timeZone: fields.timeZone.default('UTC'),
    overlap: fields.overlap.default('skip'),
  })
  .meta({ id: 'NewSchedule' });
export const patchSchema = z.strictObject(z.object(fields).partial().shape).meta({ id: 'ScheduleChanges' });
type Creation = z.output<typeof createSchema>;

/**
 * Holds an order against its kind's schema and, as a dry run, against the door.
 * @throws Problem 400 for wrong fields, 422 for what cannot be carried out
 */
async function checkOrder(deps: Deps, kind: AnyKind, given: Record<string, unknown>): Promise<void> {
  if (given.startAt !== undefined) {
    throw badRequest('The request cannot be used as given.', [
      { path: 'order.startAt', message: 'The schedule says when its tasks start; leave this out.' },
    ]);
  }
  const parsed = orderSchema(kind).safeParse(given);
  if (!parsed.success) {
    const errors = fieldErrors(parsed.error).map(({ path, message }) => ({ path: `order.${path}`, message }));
    throw badRequest('The order cannot be used as given.', errors);
  }
  const { accounts, params, pace, skipRefused, canary } = parsed.data;
  const minGapSeconds = pace?.minGapSeconds;
  const prepared = await prepare(deps.db, { kind, params, accounts, date: new Date(), minGapSeconds });
  refuse(prepared, skipRefused);
  refuseCanary(prepared, canary);
}

function checkSpec(spec: ScheduleSpec): void {
  if ('at' in spec && Date.parse(spec.at) <= Date.now()) {
    throw unprocessable('This time has passed.', [{ path: 'spec.at', message: 'Must be a time to come.' }]);
  }
}

/** The schedule that this key was given before, if any. @throws Problem 422 when it was for another request */
async function replay(db: Pick<Deps['db'], '$queryRawUnsafe'>, { id, range }: ReturnType<typeof store.newScheduleId>) {
  if (!range) return false;
  const found = await queryOne<{ id: string }>(
    db,
    'SELECT id FROM "Schedule" WHERE id BETWEEN $1::uuid AND $2::uuid LIMIT 1',
    ...range,
  );
  if (found && found.id !== id) {
    throw unprocessable('This Idempotency-Key was already used for another request. Take a new key for a new request.');
  }
  return found !== undefined;
}

/**
 * Writes a schedule and hands it to Temporal; the sweep does the latter when it cannot be done now.
 * @returns its id
 * @throws Problem 400 or 422; then nothing was written
 */
export async function createSchedule(
  deps: Deps,
  body: Creation,
  key: string | undefined,
  actor: string,
): Promise<string> {
  const kind = kindOf(body.kind);
  const given = store.newScheduleId(key, requestHash('schedule', body));
  const { id } = given;
  if (await replay(deps.db, given)) return id;
  checkSpec(body.spec);
  await checkOrder(deps, kind, body.order);
  const { spec, timeZone, overlap } = body;
  const order = body.order as Prisma.InputJsonObject;
  const written = await deps.db.$transaction(async (tx) => {
    // Two equal requests at once make one schedule.
    await query(tx, `SELECT pg_advisory_xact_lock(hashtextextended('schedule-key/' || $1, 0))::text`, key ?? id);
    if (await replay(tx, given)) return false;
    const data = { id, name: body.name ?? kind.title, kind: kind.name, order, spec, timeZone, overlap };
    await tx.schedule.create({ data: { ...data, createdById: actor } });
    return true;
  });
  try {
    if (written) await settleSoon(deps, id);
  } catch (error) {
    if (error instanceof Problem) await deps.db.schedule.deleteMany({ where: { id } });
    throw error;
  }
  return id;
}

/** @throws Problem 404, 400 or 422; then nothing was changed */
export async function changeSchedule(deps: Deps, id: string, changes: z.output<typeof patchSchema>): Promise<void> {
  const { kind } = await store.scheduleOf(deps.db, id);
  if (changes.spec) checkSpec(changes.spec);
  if (changes.order) await checkOrder(deps, kindOf(kind), changes.order);
  const before = await deps.db.schedule.findUniqueOrThrow({
    where: { id },
    select: { name: true, order: true, spec: true, timeZone: true, overlap: true },
  });
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  await deps.db.schedule.update({ where: { id }, data: given });
  try {
    await settleSoon(deps, id);
  } catch (error) {
    if (error instanceof Problem) {
      await deps.db.schedule.update({ where: { id }, data: before as Prisma.ScheduleUpdateInput });
      await settleSoon(deps, id);
    }
    throw error;
  }
}

/** @throws Problem 404, 409 when it does not fit its state */
export async function setPaused(deps: Deps, id: string, paused: boolean): Promise<void> {
  const row = await store.scheduleOf(deps.db, id);
  if (store.isOver(row)) throw conflict('The time of this schedule has passed. Give it another time first.');
  const { count } = await deps.db.schedule.updateMany({ where: { id, paused: !paused }, data: { paused } });
  if (count === 0) throw conflict(paused ? 'The schedule is paused already.' : 'The schedule is not paused.');
  await settleSoon(deps, id);
}
