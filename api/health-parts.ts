import { retentionRunSchema } from '../contracts/retention.ts';
import { say } from '../contracts/said.ts';
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

export function eventsPart({ events }: Pick<Deps, 'events'>): Found {
  const { clients, connection } = events.status();
  if (connection === 'lost') {
    const detail = clients === 0 ? say('health.events-none-lost') : say('health.events-lost', { count: clients });
    return { name: 'events', status: 'degraded', detail };
  }
  const detail = clients === 0 ? say('health.events-none') : say('health.events', { count: clients });
  return { name: 'events', status: 'ok', detail };
}

export async function retentionPart({ db }: Pick<Deps, 'db'>, now = Date.now()): Promise<Found> {
  const row = await queryOne<{ value: unknown }>(db, 'SELECT value FROM "Setting" WHERE key = $1', LAST_RUN);
  const last = retentionRunSchema.safeParse(row?.value).data;
  const of = (status: Found['status'], detail: string): Found => ({ name: 'retention', status, detail });
  if (!last) return of('ok', say('health.retention-never'));
  const removed = Object.values(last.counts).reduce((sum, n) => sum + (n ?? 0), 0);
  const ran = say('health.retention', { at: last.at, count: removed });
  if (now - Date.parse(last.at) <= RETENTION_LATE_MS) return of('ok', ran);
  return of('degraded', `${say('health.retention-late')} ${ran}`);
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
  if (webhooks === 0) return of('ok', say('health.webhooks-none'));
  if (disabled.length > 0) {
    const code = disabled.length === 1 ? 'health.webhooks-disabled' : 'health.webhooks-disabled-many';
    return of('degraded', say(code, { names: disabled.join(', ') }));
  }
  if (failing > 0) return of('degraded', say('health.webhooks-failing', { count: waiting, failing }));
  return of('ok', `${say('health.webhooks', { count: webhooks })} ${say('health.webhooks-wait', { count: waiting })}`);
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
  const minutes = ERROR_MINUTES;
  const said = [
    errors === 0 ? say('health.errors-none', { minutes }) : say('health.errors', { minutes, count: errors }),
    ended === 0 ? say('health.ended-none') : say('health.ended', { failed, count: ended }),
    ...(high ? [say('health.errors-why')] : []),
  ];
  return { name: 'errors', status: high ? 'degraded' : 'ok', detail: said.join(' ') };
}
