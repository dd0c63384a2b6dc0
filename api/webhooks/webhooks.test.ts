import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { setBulkState } from '../../activities/bulk-ledger.ts';
import { createAddressGuard } from '../../config/address-guard.ts';
import { WEBHOOK_EVENTS, webhookMessageSchema } from '../../contracts/webhooks.ts';
import { ROOT } from '../../stack/paths.ts';
import { cancelTask } from '../door/orders.ts';
import { query } from '../door/sql.ts';
import { webhooksPart } from '../health-parts.ts';
import { openWebhookKey } from '../secrets.ts';
import type { TestApi } from '../testing.ts';
import { startTestApi } from '../testing.ts';
import { MOST_ATTEMPTS, readRetryAfter, waitAfter } from './attempts.ts';
import { findLostHosts } from './lost-hosts.ts';
import { startWebhookSender, type WebhookSender } from './sender.ts';
import { type Receiver, startReceiver } from './test-receiver.ts';

interface Made {
  id: string;
  key: string;
}

let api: TestApi;
let pool: pg.Pool;
let receiver: Receiver;
let sender: WebhookSender;
beforeAll(async () => {
  api = await startTestApi();
  pool = new pg.Pool({ connectionString: api.deps.env.DATABASE_URL });
  pool.on('error', () => undefined);
}, 120_000);
afterAll(async () => {
  await pool?.end();
  await api?.stop();
});
beforeEach(async () => {
  receiver = await startReceiver();
  sender = startWebhookSender(api.deps, { run: false });
});
afterEach(async () => {
  await sender.close();
  await receiver.close();
  await api.deps.db.webhook.deleteMany();
});

async function addWebhook(more: object = {}): Promise<Made> {
  const body = { name: 'On call', url: receiver.url, events: WEBHOOK_EVENTS, ...more };
  const { status, json, text } = await api.call('/api/webhooks', { body });
  if (status !== 201) throw new Error(`${status} ${text}`);
  return json as unknown as Made;
}
const webhookOf = async ({ id }: Made) => (await api.call(`/api/webhooks/${id}`)).json as Record<string, unknown>;
const deliveriesOf = async ({ id }: Made, state?: string) =>
  (await api.call(`/api/webhooks/${id}/deliveries${state ? `?state=${state}` : ''}`)).json.items as unknown as {
    id: string;
    [field: string]: unknown;
  }[];
/** As if the time of the next attempt had come. */
const letTimePass = () => query(api.deps.db, `UPDATE "WebhookDelivery" SET "nextAt" = now() WHERE state = 'pending'`);

async function addTask(state = 'running'): Promise<string> {
  const id = randomUUID();
  await query(
    api.deps.db,
    `INSERT INTO "BulkTask" (id, kind, name, state, params, selection, "window", total, "workflowId", "startedAt")
     VALUES ($1::uuid, 'upload', 'Spring', $2, '{}', '{}', 5, 3, $3, now())`,
    id,
    state,
    `bulk/${id}`,
  );
  await query(
    api.deps.db,
    `INSERT INTO "TaskTally" ("taskId", slot, key, n)
     VALUES ($1::uuid, 0, 'state:succeeded', 1), ($1::uuid, 1, 'state:succeeded', 1), ($1::uuid, 0, 'state:failed', 1)`,
    id,
  );
  return id;
}
const finish = (taskId: string, reason: string | null = null) =>
  setBulkState(pool, { taskId, state: 'completed_with_failures', reason });

describe('A webhook', () => {
  it('shows its key once, keeps it sealed, and is changed and deleted', async () => {
    const made = await addWebhook({ events: ['run.finished', 'run.finished'] });
    expect(made.key).toMatch(/^whsec_[\w+/]{40,}=*$/);
    const shown = await api.call('/api/webhooks');
    expect(shown.text).not.toContain(made.key.slice('whsec_'.length));
    expect(shown.json.items).toEqual([
      expect.objectContaining({ id: made.id, events: ['run.finished'], enabled: true, waiting: 0, lastDelivery: null }),
    ]);
    const row = await api.deps.db.webhook.findUniqueOrThrow({ where: { id: made.id } });
    expect(Buffer.from(row.secret).includes(made.key.slice(6))).toBe(false);
    expect(openWebhookKey(api.deps.sealer, row.id, row.secret)).toBe(made.key);
    const body = { name: 'Night shift', events: ['host.lost'] };
    const changed = await api.call(`/api/webhooks/${made.id}`, { method: 'PATCH', body });
    expect(changed.json).toMatchObject(body);
    const { text } = await api.call('/api/audit');
    expect(text).not.toContain(made.key.slice('whsec_'.length));
    expect((await api.call(`/api/webhooks/${made.id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await api.call(`/api/webhooks/${made.id}/deliveries`)).status).toBe(404);
  });

  it.each([
    ['ftp://example.com/', 'Must be an address that begins with https:// or http://'],
    ['not an address', 'Must be an address that begins with https:// or http://'],
    ['https://ann:pw@example.com/', 'Must hold no user name and no password'],
    ['https://example.com/#part', 'Must hold no part behind #'],
    ['http://169.254.169.254/latest/meta-data', 'no public address'],
    ['http://[::1]:3000/', 'no public address'],
    ['http://0xa000001/', 'no public address'],
  ])('is refused at %s', async (url, why) => {
    const { status, json } = await api.call('/api/webhooks', { body: { name: 'x', url, events: ['host.lost'] } });
    expect(status).toBe(400);
    expect(json.errors).toMatchObject([{ path: 'url', message: expect.stringContaining(why) }]);
    const made = await addWebhook();
    expect((await api.call(`/api/webhooks/${made.id}`, { method: 'PATCH', body: { url } })).status).toBe(400);
  });

  it('is told of each event once, signed, in the form that is promised', async () => {
    const made = await addWebhook();
    const elsewhere = await addWebhook({ events: ['host.lost'], enabled: false });
    const { db } = api.deps;
    const taskId = await addTask();
    await setBulkState(pool, { taskId, state: 'paused', reason: 'Paused by ann.' });
    const open = { taskId, state: 'paused', reason: 'Paused by itself: 5 of 5.', breakerOpened: true } as const;
    await setBulkState(pool, open);
    await setBulkState(pool, open);
    await finish(taskId);
    await finish(taskId);
    const host = { name: 'host-1', role: 'browser', taskQueues: [], pid: 1, version: '1', slots: 1 };
    const old = new Date(Date.now() - 3_600_000);
    await db.workerHost.create({ data: { ...host, heartbeatAt: old } });
    await db.workerHost.create({ data: { ...host, role: 'media', heartbeatAt: old, state: 'drained' } });
    await db.workerHost.create({ data: { ...host, role: 'network' } });
    expect([await findLostHosts(api.deps), await findLostHosts(api.deps)]).toEqual([1, 0]);
    await db.workerHost.updateMany({ where: { role: 'browser' }, data: { heartbeatAt: new Date(), lostAt: old } });
    expect(await findLostHosts(api.deps)).toBe(0);

    await sender.sendDue();
    const messages = receiver.received.map((one) => one.verified(made.key));
    expect(messages.map(({ type }) => type).sort()).toEqual(['breaker.opened', 'host.lost', 'run.finished']);
    expect(messages.find(({ type }) => type === 'run.finished')?.data).toMatchObject({
      taskId,
      kind: 'upload',
      name: 'Spring',
      state: 'completed_with_failures',
      totals: { total: 3, succeeded: 2, failed: 1, partial: 0, skipped: 0, cancelled: 0 },
      url: `${api.deps.env.publicUrl}/tasks/upload/${taskId}`,
    });
    expect(messages.find(({ type }) => type === 'breaker.opened')?.data).toMatchObject({ reason: open.reason });
    expect(messages.find(({ type }) => type === 'host.lost')?.data).toMatchObject({ name: 'host-1', role: 'browser' });
    expect(() => receiver.received[0]?.verified(`whsec_${'A'.repeat(43)}=`)).toThrow(/signature/i);
    expect(await deliveriesOf(elsewhere)).toEqual([]);
    expect(await webhookOf(made)).toMatchObject({ waiting: 0, lastDelivery: { ok: true, status: 204 } });
    await db.workerHost.deleteMany();
  });

  it('is told of a task that was cancelled before it began', async () => {
    const made = await addWebhook();
    const taskId = await addTask('draft');
    await query(api.deps.db, `UPDATE "BulkTask" SET "startedAt" = NULL WHERE id = $1::uuid`, taskId);
    await cancelTask(api.deps, { kind: 'upload', id: taskId, by: 'ann' });
    await sender.sendDue();
    expect(receiver.received.map((one) => one.verified(made.key))).toMatchObject([
      {
        type: 'run.finished',
        data: { state: 'cancelled', startedAt: null, reason: 'Cancelled by ann before it began.' },
      },
    ]);
  });

  it('is told again of a task that was tried again, and ended again', async () => {
    const made = await addWebhook({ events: ['run.finished'] });
    const taskId = await addTask();
    await finish(taskId);
    await setBulkState(pool, { taskId, state: 'running', reason: null });
    await finish(taskId, 'Once more.');
    await sender.sendDue();
    const reasons = receiver.received
      .map((one) => one.verified(made.key).data)
      .map((data) => 'reason' in data && data.reason);
    expect(reasons).toEqual([null, 'Once more.']);
  });

  it('gets a message that failed again, under the same id, and says how each attempt went', async () => {
    const made = await addWebhook();
    receiver.answers((response, nth) =>
      response.writeHead(nth === 1 ? 500 : 200).end(nth === 1 ? 'Bad\0luck' : 'Thanks'),
    );
    await finish(await addTask());
    await sender.sendDue();
    const [failed] = await deliveriesOf(made);
    expect(failed).toMatchObject({ state: 'pending', attempts: 1, statusCode: 500, error: 'It answered 500.' });
    expect(failed).toMatchObject({ answer: 'Badluck', durationMs: expect.any(Number), mostAttempts: MOST_ATTEMPTS });
    expect(Date.parse(String(failed?.nextAttemptAt))).toBeGreaterThan(Date.now());
    expect(await sender.sendDue()).toBe(0);
    await letTimePass();
    expect(await sender.sendDue()).toBe(1);
    const [first, second] = receiver.received;
    expect([second?.id, second?.body]).toEqual([first?.id, first?.body]);
    expect(await deliveriesOf(made)).toEqual([
      expect.objectContaining({ state: 'delivered', attempts: 2, error: null, answer: 'Thanks', nextAttemptAt: null }),
    ]);
    expect((await deliveriesOf(made))[0]?.messageId).toBe(first?.id);
  });

  it('does not lead elsewhere by a redirect', async () => {
    const made = await addWebhook();
    const inside = await startReceiver();
    for (const location of ['http://169.254.169.254/latest/meta-data', inside.url]) {
      receiver.answers((response) => response.writeHead(307, { location }).end());
      await api.call(`/api/webhooks/${made.id}/test`, { method: 'POST' });
      await sender.sendDue();
      const [delivery] = await deliveriesOf(made);
      expect(delivery).toMatchObject({ statusCode: 307, error: 'It answered 307: redirects are not followed.' });
    }
    expect(inside.received).toEqual([]);
    await inside.close();
  });

  it('is not called where its name has moved to an inner address', async () => {
    const { addressGuard } = api.deps;
    let leadsTo = '93.184.215.14';
    api.deps.addressGuard = createAddressGuard([], async () => [leadsTo]);
    const moved = startWebhookSender(api.deps, { run: false });
    try {
      const made = await addWebhook({ url: receiver.url.replace('127.0.0.1', 'moving.example') });
      leadsTo = '127.0.0.1';
      await api.call(`/api/webhooks/${made.id}/test`, { method: 'POST' });
      await moved.sendDue();
      const [delivery] = await deliveriesOf(made);
      expect(delivery?.error).toBe('moving.example leads to 127.0.0.1, which is no public address.');
      const again = await api.call('/api/webhooks', {
        body: { name: 'x', url: 'http://moving.example/', events: ['host.lost'] },
      });
      expect(again.status).toBe(400);
      // What was stored before a network was taken off the list is a literal, which no resolver sees.
      await api.deps.db.webhook.update({ where: { id: made.id }, data: { url: receiver.url } });
      await api.call(`/api/webhooks/${made.id}/test`, { method: 'POST' });
      await moved.sendDue();
      expect((await deliveriesOf(made))[0]?.error).toBe('127.0.0.1 is no public address.');
      expect(receiver.received).toEqual([]);
    } finally {
      api.deps.addressGuard = addressGuard;
      await moved.close();
    }
  });

  it('is disabled when nothing came through for long, says so, and goes on when it is enabled', async () => {
    const made = await addWebhook();
    receiver.answers((response) => response.writeHead(503).end());
    await finish(await addTask());
    for (let attempt = 1; attempt < MOST_ATTEMPTS; attempt += 1) {
      await letTimePass();
      await sender.sendDue();
      expect((await webhookOf(made)).enabled).toBe(true);
    }
    const waiting = await addTask();
    await finish(waiting);
    await query(api.deps.db, `UPDATE "WebhookDelivery" SET "nextAt" = now() WHERE attempts > 0`);
    await query(api.deps.db, `UPDATE "WebhookDelivery" SET "nextAt" = now() + interval '1 hour' WHERE attempts = 0`);
    await sender.sendDue();
    expect(await webhookOf(made)).toMatchObject({
      enabled: false,
      disabledReason: expect.stringMatching(/^8 attempts at one message failed.*It answered 503\.$/),
      disabledAt: expect.any(String),
      waiting: 1,
    });
    expect(await webhooksPart(api.deps)).toMatchObject({
      status: 'degraded',
      detail: expect.stringContaining('On call'),
    });
    await finish(await addTask());
    await letTimePass();
    expect(await sender.sendDue()).toBe(0);
    const body = { enabled: true };
    const enabled = await api.call(`/api/webhooks/${made.id}`, { method: 'PATCH', body });
    expect(enabled.json).toMatchObject({ enabled: true, disabledReason: null, disabledAt: null });
    receiver.answers((response) => response.writeHead(204).end());
    await sender.sendDue();
    expect(receiver.received.at(-1)?.verified(made.key).data).toMatchObject({ taskId: waiting });
    expect((await deliveriesOf(made)).map(({ state }) => state)).toEqual(['delivered', 'failed']);
    expect(await webhooksPart(api.deps)).toMatchObject({ status: 'ok' });
  });

  it('stays enabled while other messages come through, and is disabled at once when it wants no more', async () => {
    const made = await addWebhook();
    const db = api.deps.db;
    await finish(await addTask());
    receiver.answers((response) => response.writeHead(500).end());
    await sender.sendDue();
    receiver.answers((response) => response.writeHead(204).end());
    await finish(await addTask());
    await sender.sendDue();
    receiver.answers((response) => response.writeHead(500).end());
    await query(
      db,
      `UPDATE "WebhookDelivery" SET attempts = ${MOST_ATTEMPTS - 1}, "nextAt" = now() WHERE state = 'pending'`,
    );
    await sender.sendDue();
    expect(await deliveriesOf(made, 'failed')).toHaveLength(1);
    expect((await webhookOf(made)).enabled).toBe(true);
    receiver.answers((response) => response.writeHead(410).end());
    await finish(await addTask());
    await sender.sendDue();
    expect(await webhookOf(made)).toMatchObject({ enabled: false, disabledReason: expect.stringContaining('410') });
  });

  it('is sent a failed message once more by hand, and a waiting one at once', async () => {
    const made = await addWebhook();
    receiver.answers((response) => response.writeHead(500).end());
    await api.call(`/api/webhooks/${made.id}/test`, { method: 'POST' });
    await finish(await addTask());
    await sender.sendDue();
    const [run, test] = await deliveriesOf(made);
    expect([run?.state, test?.state]).toEqual(['pending', 'failed']);
    receiver.answers((response) => response.writeHead(204).end());
    const retry = (id = '') => api.call(`/api/webhooks/${made.id}/deliveries/${id}/retry`, { method: 'POST' });
    expect((await retry(run?.id)).json).toMatchObject({ state: 'pending' });
    expect((await retry(test?.id)).status).toBe(202);
    expect(await sender.sendDue()).toBe(2);
    expect(await deliveriesOf(made, 'delivered')).toHaveLength(2);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(2);
    expect((await retry(run?.id)).status).toBe(409);
    expect((await retry('999999')).status).toBe(404);
  });

  it('gets each message from one sender at a time, and one whose sender died from another under the same id', async () => {
    const made = await addWebhook();
    const held: (() => void)[] = [];
    receiver.answers((response) => {
      held.push(() => response.writeHead(204).end());
    });
    for (let n = 0; n < 12; n += 1) await finish(await addTask());
    const senders = [
      sender,
      startWebhookSender(api.deps, { run: false }),
      startWebhookSender(api.deps, { run: false }),
    ];
    const letGo = setInterval(() => {
      for (const go of held.splice(0)) go();
    }, 50);
    await Promise.all(senders.map((one) => one.sendDue()));
    clearInterval(letGo);
    expect(receiver.received).toHaveLength(12);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(12);

    // This one dies after it has sent and before it has written that down.
    await finish(await addTask());
    const dying = startWebhookSender(api.deps, { run: false });
    const sending = dying.sendDue();
    while (receiver.received.length < 13) await new Promise((done) => setTimeout(done, 20));
    expect((await senders[1]?.sendDue()) ?? -1).toBe(0);
    const [underWay] = await deliveriesOf(made, 'pending');
    const retry = await api.call(`/api/webhooks/${made.id}/deliveries/${underWay?.id}/retry`, { method: 'POST' });
    expect(retry.status).toBe(409);
    await dying.close();
    await sending;
    await letTimePass();
    receiver.answers((response) => response.writeHead(204).end());
    expect(await senders[1]?.sendDue()).toBe(1);
    expect(receiver.received[13]?.id).toBe(receiver.received[12]?.id);
    for (const one of senders.slice(1)) await one.close();
  });

  it('has its tests answered in the log, also while it is disabled', async () => {
    const made = await addWebhook({ enabled: false });
    const { status, json } = await api.call(`/api/webhooks/${made.id}/test`, { method: 'POST' });
    expect([status, webhookMessageSchema.parse(json.message).type]).toEqual([202, 'webhook.test']);
    await sender.sendDue();
    expect(receiver.received.map((one) => one.verified(made.key).data)).toEqual([
      { webhookId: made.id, name: 'On call' },
    ]);
    await receiver.close();
    await api.call(`/api/webhooks/${made.id}/test`, { method: 'POST' });
    await sender.sendDue();
    expect((await deliveriesOf(made))[0]).toMatchObject({
      state: 'failed',
      statusCode: null,
      error: 'The connection was refused: nothing listens there.',
    });
    receiver = await startReceiver();
  });
});

describe('The waits between attempts', () => {
  it('grow, are spread, and keep to what the receiver asked for', () => {
    const waits = Array.from({ length: MOST_ATTEMPTS - 1 }, (_, index) => waitAfter(index + 1, null, 0) / 1_000);
    expect(waits).toEqual([5, 300, 1_800, 7_200, 18_000, 36_000, 36_000]);
    expect(waitAfter(1, null, 1)).toBe(6_000);
    expect(waitAfter(1, 60_000, 0)).toBe(60_000);
    expect(waitAfter(1, 10 ** 12, 0)).toBe(86_400_000);
    const now = Date.parse('2030-01-01T00:00:00Z');
    expect(readRetryAfter('120', now)).toBe(120_000);
    expect(readRetryAfter('Tue, 01 Jan 2030 00:01:00 GMT', now)).toBe(60_000);
    expect(readRetryAfter('soon', now)).toBeNull();
  });
});

describe('The examples in the documentation', () => {
  it('are messages as they are sent, one of each event', async () => {
    const text = await readFile(join(ROOT, 'docs', 'operations.md'), 'utf8');
    const [, section = ''] = text.split(/^## Alerts$/m);
    const examples = [...(section.split(/^## /m)[0] ?? '').matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = '']) =>
      JSON.parse(json),
    );
    // What the schema does not know is left out by it, so the same must come back.
    expect(examples.map((example) => webhookMessageSchema.parse(example))).toEqual(examples);
    expect(examples.map(({ type }) => type)).toEqual(WEBHOOK_EVENTS);
  });
});
