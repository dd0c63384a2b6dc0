import { retentionRunSchema } from '../contracts/retention.ts';
import type { Deps } from './deps.ts';
import { query, queryOne } from './door/sql.ts';
import { LAST_RUN } from './retention.ts';

/** A part of the system's health that needs no process of its own. */
interface Found {
  name: string;
  status: 'ok' | 'degraded' | 'down';
  detail: string;
}

/** The retention is due every hour; after three one has failed or is paused. */
const RETENTION_LATE_MS = 3 * 3_600_000;
const ERROR_MINUTES = 15;
/** Fewer failures than this say nothing, whatever their share. */
const MANY_FAILURES = 5;
const HIGH_SHARE = 0.5;

const count = (n: number, one: string, more: string): string => `${n} ${n === 1 ? one : more}`;

export function eventsPart({ events }: Pick<Deps, 'events'>): Found {
  const { clients, connection } = events.status();
  const listeners =
    clients === 0 ? 'Nobody listens to events' : `${count(clients, 'client listens', 'clients listen')}`;
  if (connection === 'lost') {
    const detail = `${listeners}; the connection that events are read over was lost and is made again.`;
    return { name: 'events', status: 'degraded', detail };
  }
  return { name: 'events', status: 'ok', detail: `${listeners}; events can be read.` };
}

export async function retentionPart({ db }: Pick<Deps, 'db'>, now = Date.now()): Promise<Found> {
  const row = await queryOne<{ value: unknown }>(db, 'SELECT value FROM "Setting" WHERE key = $1', LAST_RUN);
  const last = retentionRunSchema.safeParse(row?.value).data;
  const of = (status: Found['status'], detail: string): Found => ({ name: 'retention', status, detail });
  if (!last) return of('ok', 'The retention has not run yet; Temporal starts it every hour.');
  const removed = Object.values(last.counts).reduce((sum, n) => sum + (n ?? 0), 0);
  const ran = `It last ran at ${last.at} and removed or merged ${count(removed, 'row', 'rows')}.`;
  if (now - Date.parse(last.at) <= RETENTION_LATE_MS) return of('ok', ran);
  return of('degraded', `The retention is late: look for the schedule flotilla-retention in Temporal Web. ${ran}`);
}

/** Messages that have failed so often have been on their way for half an hour. */
const MANY_ATTEMPTS = 3;

export async function webhooksPart({ db }: Pick<Deps, 'db'>): Promise<Found> {
  const [found] = await query<{ webhooks: number; waiting: number; failing: number; disabled: string[] }>(
    db,
    `SELECT count(*)::int AS webhooks,
       coalesce(array_agg(name ORDER BY name) FILTER (WHERE "disabledReason" IS NOT NULL), '{}') AS disabled,
       (SELECT count(*)::int FROM "WebhookDelivery" WHERE state = 'pending') AS waiting,
       (SELECT count(*)::int FROM "WebhookDelivery" WHERE state = 'pending' AND attempts > ${MANY_ATTEMPTS}) AS failing
     FROM "Webhook"`,
  );
  const { webhooks, waiting, failing, disabled } = found ?? { webhooks: 0, waiting: 0, failing: 0, disabled: [] };
  const of = (status: Found['status'], detail: string): Found => ({ name: 'webhooks', status, detail });
  if (webhooks === 0) return of('ok', 'Nobody is told by webhook.');
  if (disabled.length > 0) {
    const which = `${disabled.join(', ')} ${disabled.length === 1 ? 'was' : 'were'}`;
    return of('degraded', `${which} disabled, because nothing came through. Mend the receiver and enable it again.`);
  }
  const waits = `${count(waiting, 'message waits', 'messages wait')} to be delivered`;
  if (failing > 0) return of('degraded', `${waits}; ${failing} of them failed again and again.`);
  return of('ok', `${count(webhooks, 'webhook', 'webhooks')}; ${waits}.`);
}

interface Failures {
  errors: number;
  ended: number;
  failed: number;
}

export async function errorsPart({ db }: Pick<Deps, 'db'>): Promise<Found> {
  const found = await queryOne<Failures>(
    db,
    `SELECT (SELECT count(*)::int FROM "ErrorLog" WHERE at > now() - ${ERROR_MINUTES} * interval '1 minute') AS errors,
       count(*)::int AS ended, (count(*) FILTER (WHERE state = 'failed'))::int AS failed
     FROM "AccountTask" WHERE "finishedAt" > now() - ${ERROR_MINUTES} * interval '1 minute'`,
  );
  const { errors, ended, failed } = found ?? { errors: 0, ended: 0, failed: 0 };
  const high = failed >= MANY_FAILURES && failed >= ended * HIGH_SHARE;
  const logged = errors === 0 ? 'No errors' : count(errors, 'error', 'errors');
  const tasks =
    ended === 0 ? 'no account task ended' : `${failed} of ${count(ended, 'account task', 'account tasks')} failed`;
  const hint = high ? ' The error log by cause says why.' : '';
  const detail = `${logged} in the last ${ERROR_MINUTES} minutes; ${tasks}.${hint}`;
  return { name: 'errors', status: high ? 'degraded' : 'ok', detail };
}
