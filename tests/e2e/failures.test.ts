import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { createLogger } from '../../config/logger.ts';
import { accountWorkflowId, bulkWorkflowId } from '../../contracts/bulk.ts';
import { isPortFree } from '../../stack/ports.ts';
import { workflowBundle } from '../../workers/bundle.ts';
import { NO_SPANS } from '../../workers/orchestrator.ts';
import { type Alerts, listenForAlerts } from '../support/alerts.ts';
import { type Bench, startBench, type TestAccount, type Video } from '../support/bench.ts';
import { ancestors, type Collector, type ReceivedSpan, startCollector } from '../support/otlp.ts';
import { seriesOf, unserved } from '../support/promql.ts';
import { cookiesOf, filesWith, unzipped } from '../support/secrets.ts';
import {
  accountTaskOf,
  aggregateOf,
  give,
  orderAndStart,
  pathOf,
  taskOf,
  untilEnded,
  untilTotals,
} from '../support/tasks.ts';
import { expectEveryPostOnce, expectOneAnswer } from '../support/truth.ts';
import { until } from '../support/wait.ts';

jest.setTimeout(170_000);

let bench: Bench;
let video: Video;
let collector: Collector;
let metricsPorts: number[];

/** The workers of a stack take ports in a row. */
async function fourInARow(base = 20_000 + Math.floor(Math.random() * 10_000)): Promise<number[]> {
  const ports = [0, 1, 2, 3].map((n) => base + n);
  const free = await Promise.all(ports.map((port) => isPortFree(port)));
  return free.every(Boolean) ? ports : fourInARow(base + 4);
}

let alerts: Alerts;
beforeAll(async () => {
  collector = await startCollector();
  metricsPorts = await fourInARow();
  const traces = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '200' };
  bench = await startBench({
    env: { ...traces, FLOTILLA_METRICS_PORT: String(metricsPorts[0]) },
  });
  [video] = (await bench.addVideos(1)) as [Video];
  alerts = await listenForAlerts(bench);
});
afterEach(() => bench?.site.break());
afterAll(async () => {
  await bench?.stop();
  await collector?.close();
  await alerts?.close();
});

const params = () => ({ mediaIds: [video.id], captions: ['Against the wind, {{username}}'] });

async function statusOf(account: TestAccount): Promise<string> {
  return ((await bench.send('GET', `/api/accounts/${account.id}`)).body as { status: string }).status;
}

describe('a refused password', () => {
  it('fails the account once, is never tried again by itself, and passes when a person has edited it', async () => {
    const good = await bench.addAccounts({ count: 2, prefix: 'right' });
    const [bad] = (await bench.addAccounts({ count: 1, prefix: 'wrong' }, () => ({ password: 'not-this-one' }))) as [
      TestAccount,
    ];
    const failures = async () => (await bench.site.truth([bad.username]))[0]!.loginFailures;
    const id = await orderAndStart(bench, { accounts: [...good, bad], params: params() });
    const ended = await untilEnded(bench, id);
    expect(ended.state).toBe('completed_with_failures');
    expect(ended.totals).toMatchObject({ succeeded: 2, failed: 1 });
    expect((await accountTaskOf(bench, id, bad.username)).error?.type).toBe('InvalidCredentials');
    expect(await statusOf(bad)).toBe('bad_credentials');
    expect(await failures()).toBe(1);
    await expectOneAnswer(bench, id);

    expect((await give(bench, id, 'retry-failed')).status).toBe(202);
    await untilTotals(
      bench,
      id,
      'the retry has failed too',
      ({ state, totals }) => state !== 'scheduled' && state !== 'running' && totals.failed === 1,
    );
    expect((await accountTaskOf(bench, id, bad.username)).error?.type).toBe('InvalidCredentials');
    expect(await failures()).toBe(1);

    const edited = await bench.send('PATCH', `/api/accounts/${bad.id}`, { password: bad.password });
    expect(edited.status).toBe(200);
    expect((await give(bench, id, 'retry-failed')).body).toMatchObject({ retried: 1 });
    const healed = await untilTotals(bench, id, 'all have succeeded', ({ state }) => state === 'completed');
    expect(healed.totals).toMatchObject({ succeeded: 3, failed: 0 });
    expect(await statusOf(bad)).toBe('active');
    expect(await failures()).toBe(1);
    await expectEveryPostOnce(bench, id);
    await expectOneAnswer(bench, id);
    expect((await give(bench, id, 'retry-failed')).status).toBe(409);
  });
});

describe('what the site does to single accounts', () => {
  it('is told apart: challenged ones wait for a person, suspended ones fail, throttled ones wait, the others finish', async () => {
    const accounts = await bench.addAccounts({ count: 7, prefix: 'mixed' });
    const [asked, skipped, suspended, slowed] = accounts as [TestAccount, TestAccount, TestAccount, TestAccount];
    const seconds = 6;
    await bench.site.break(
      { fault: 'challenge', username: asked.username },
      { fault: 'challenge', username: skipped.username },
      { fault: 'suspend', username: suspended.username },
      { fault: 'throttle', username: slowed.username, seconds, count: 1 },
    );
    // With a window of one, nobody else could go on if a waiting account kept its place.
    const id = await orderAndStart(bench, { accounts, params: params(), window: 1 });
    const waiting = await untilTotals(bench, id, 'only the parked are left', ({ totals }) => totals.succeeded === 4);
    expect(waiting).toMatchObject({ state: 'running', source: 'workflow' });
    expect(waiting.totals).toMatchObject({ parked: 2, failed: 1, pending: 0, running: 0 });

    expect((await accountTaskOf(bench, id, suspended.username)).error?.type).toBe('AccountBlocked');
    expect(await statusOf(suspended)).toBe('blocked');

    const throttled = await accountTaskOf(bench, id, slowed.username);
    const states = throttled.timeline.filter(({ type }) => type === 'account-task');
    expect(states.map(({ data }) => (data as { to: string }).to)).toEqual(['running', 'paced', 'running', 'succeeded']);
    const [, paced, resumed] = states.map(({ at }) => Date.parse(at));
    expect(resumed! - paced!).toBeGreaterThanOrEqual(seconds * 1_000);

    for (const { username } of [asked, skipped]) {
      const parked = await accountTaskOf(bench, id, username);
      expect(parked.challenge).toMatchObject({ type: 'email-code' });
      const told = await alerts.untilTold('challenge.waiting', username);
      expect(told.data).toMatchObject({ taskId: id, accountTaskId: parked.id, challenge: 'email-code', username });
    }
    const answer = async ({ username }: TestAccount, action: 'retry' | 'skip') =>
      bench.send('POST', pathOf(id, `/accounts/${(await accountTaskOf(bench, id, username)).id}/resolve`), { action });
    // A person has confirmed at the site itself, in a browser of their own.
    await bench.site.confirm(asked);
    expect((await answer(asked, 'retry')).status).toBe(202);
    expect((await answer(skipped, 'skip')).status).toBe(202);
    const ended = await untilEnded(bench, id);
    expect(ended.totals).toMatchObject({ succeeded: 5, skipped: 1, failed: 1 });
    const told = await alerts.untilTold('run.finished', id);
    const totals = { total: 7, succeeded: 5, skipped: 1, failed: 1 };
    expect(told.data).toMatchObject({ state: 'completed_with_failures', totals });
    await expectEveryPostOnce(bench, id);
    await expectOneAnswer(bench, id);
  });

  it('leaves evidence of a changed page, without secrets in it or anywhere else', async () => {
    const [account] = (await bench.addAccounts({ count: 1, prefix: 'moved' })) as [TestAccount];
    await bench.site.break({ fault: 'move-buttons' });
    const id = await orderAndStart(bench, { accounts: [account], params: params() });
    expect((await untilEnded(bench, id)).totals.failed).toBe(1);
    const failed = await accountTaskOf(bench, id, account.username);
    expect(failed.error?.type).toBe('PageChanged');

    // The log-in page is itself again, the upload page is not, once.
    await bench.site.break({ fault: 'move-buttons', username: account.username, count: 1 });
    expect((await give(bench, id, 'retry-failed')).status).toBe(202);
    await untilTotals(bench, id, 'the retry has succeeded', ({ state }) => state === 'completed');
    const { evidence } = await accountTaskOf(bench, id, account.username);
    expect(new Set(evidence.map(({ step }) => step))).toEqual(new Set(['open-session', 'submit-post']));

    const secrets = [account.password, ...(await cookiesOf(bench, account))];
    expect(secrets.length).toBeGreaterThan(1);
    for (const { id: evidenceId, kind } of evidence) {
      const { bytes, contentType } = await bench.download(`/api/evidence/${evidenceId}/content`);
      expect(contentType).toBe(kind === 'trace' ? 'application/zip' : 'image/png');
      const content = kind === 'trace' ? await unzipped(bytes) : bytes;
      expect(content.length).toBeGreaterThan(1_000);
      for (const secret of secrets) expect(content.includes(secret)).toBe(false);
    }
    expect(new Set(evidence.map(({ kind }) => kind))).toEqual(new Set(['screenshot', 'trace']));
    expect(await filesWith(bench, ['logs', 'temporal', 'postgres'], secrets)).toEqual([]);
    await expectEveryPostOnce(bench, id);
  });
});

describe('the circuit breaker', () => {
  it('pauses the task by itself and says why; resumed, the task goes on', async () => {
    const accounts = await bench.addAccounts({ count: 8, prefix: 'storm' });
    await bench.site.break({ fault: 'suspend' });
    alerts.answers(() => undefined);
    const pace = { breaker: { share: 0.5, among: 4 } };
    const id = await orderAndStart(bench, { accounts, params: params(), window: 1, pace });
    const paused = await untilTotals(bench, id, 'the task has paused itself', ({ state }) => state === 'paused');
    expect(paused.stateReason).toMatch(/^Paused by itself: 4 of the last 4 accounts failed\..*suspended/);
    expect((await taskOf(bench, id)).stateReason).toBe(paused.stateReason);

    // The API dies while the receiver has the message and has not answered: it comes again, as the same one.
    expect((await alerts.untilTold('breaker.opened', id)).data).toMatchObject({ reason: paused.stateReason });
    const times = () =>
      alerts.received.filter(({ body }) => body.includes('breaker.opened') && body.includes(id)).length;
    expect(times()).toBe(1);
    bench.stack.kill('api');
    alerts.answers((response) => response.writeHead(204).end());
    await until(
      async () => {
        await alerts.hurry();
        return times();
      },
      (n) => n === 2,
      { what: 'the message has come again' },
    );
    expect(await alerts.untilTold('breaker.opened', id)).toMatchObject({ type: 'breaker.opened' });

    await untilTotals(bench, id, 'those under way have ended', ({ totals }) => totals.running === 0);
    const { failed, pending } = (await aggregateOf(bench, id)).totals;
    expect(failed + pending).toBe(8);
    expect(pending).toBeGreaterThanOrEqual(3);

    await bench.site.break();
    expect(await give(bench, id, 'resume')).toMatchObject({ status: 202, body: { state: 'running' } });
    const ended = await untilEnded(bench, id);
    expect(ended.state).toBe('completed_with_failures');
    expect(ended.totals).toMatchObject({ failed, succeeded: pending });
    await expectEveryPostOnce(bench, id);
    await expectOneAnswer(bench, id);
  });
});

describe('what a run leaves for those who operate it', () => {
  let id: string;
  let accounts: [TestAccount, TestAccount];
  let trace: ReceivedSpan[];
  const ofTask = ({ attributes }: ReceivedSpan) => attributes['flotilla.task_id'] === id;
  const named = (name: string) => trace.filter((span) => span.name === name);

  beforeAll(async () => {
    accounts = (await bench.addAccounts({ count: 2, prefix: 'watched' })) as [TestAccount, TestAccount];
    await bench.site.break({ fault: 'move-buttons', username: accounts[1].username });
    id = await orderAndStart(bench, { accounts, params: params() });
    expect((await untilEnded(bench, id)).totals).toMatchObject({ succeeded: 1, failed: 1 });
    // The longest span comes last.
    const run = (span: ReceivedSpan) => span.name === 'RunWorkflow:bulkUpload' && ofTask(span);
    const spans = await until(
      async () => collector.spans,
      (all) => all.some(run),
      { what: 'the run was traced' },
    );
    const { traceId } = spans.find(run)!;
    trace = spans.filter((span) => span.traceId === traceId);
  });

  it('is one trace from the order over the workflows to the activities and what they ask of the API', async () => {
    const submits = named('RunActivity:submitPost');
    const submit = submits.find(({ status }) => status.code !== 2);
    expect(submit).toMatchObject({ service: 'flotilla-browser' });
    expect(ancestors(trace, submit!).map(({ service, name }) => `${service} ${name}`)).toEqual([
      'flotilla-orchestrator StartActivity:submitPost',
      'flotilla-orchestrator RunWorkflow:accountUpload',
      'flotilla-orchestrator StartChildWorkflow:accountUpload',
      'flotilla-orchestrator RunWorkflow:bulkUpload',
      'flotilla-api StartWorkflow:bulkUpload',
      'flotilla-api POST /api/bulk/{kind}/{id}/start',
    ]);
    expect(named('RunWorkflow:accountUpload')).toHaveLength(2);
    const [secret] = named('POST /api/worker/accounts/{accountId}/secret');
    expect(ancestors(trace, secret!)[0]?.name).toBe('RunActivity:openSession');
    // Ledger calls are local activities.
    expect(named('RunActivity:settle').map(({ service }) => service)).toEqual(Array(2).fill('flotilla-orchestrator'));

    const succeeded = await accountTaskOf(bench, id, accounts[0].username);
    expect(submit!.attributes).toMatchObject({
      ...{ 'flotilla.task_id': id, 'flotilla.account_task_id': succeeded.id, 'flotilla.kind': 'upload' },
      ...{ 'flotilla.step': 'submitPost', 'flotilla.attempt': expect.anything() },
      ...{ temporalWorkflowId: accountWorkflowId(id, succeeded.id), run_id: expect.any(String) },
    });
    const failed = submits.find(({ status }) => status.code === 2);
    expect(failed?.attributes['flotilla.account_task_id']).toBe(
      (await accountTaskOf(bench, id, accounts[1].username)).id,
    );
  });

  it('holds no secret in any trace, and no trace of what runs for ever', async () => {
    const cookies = await cookiesOf(bench, accounts[0]);
    const secrets = [...accounts.map(({ password }) => password), ...cookies, bench.stack.adminToken];
    for (const secret of [...secrets, bench.stack.workerToken]) expect(collector.text()).not.toContain(secret);
    const keys = new Set(collector.spans.flatMap(({ attributes }) => Object.keys(attributes)));
    expect([...keys].filter((key) => !/^(http|url|flotilla|error)\.|^temporal\w+Id$|^run_id$/.test(key))).toEqual([]);
    const roots = collector.spans.filter(({ parentSpanId }) => !parentSpanId).map(({ name }) => name);
    expect(roots.filter((name) => /heartbeat|register|\/events|health|RunActivity|Signal/.test(name))).toEqual([]);
  });

  it('has lines that say which account task, run and step they are about, and in which trace', async () => {
    const { id: accountTaskId } = await accountTaskOf(bench, id, accounts[1].username);
    const of = async (service: 'browser' | 'orchestrator') =>
      (await bench.stack.logs(service))
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    const about = { taskId: id, accountTaskId, kind: 'upload', workflowId: accountWorkflowId(id, accountTaskId) };
    const failure = (await of('browser')).find((line) => line.accountTaskId === accountTaskId);
    const { traceId } = trace[0]!;
    expect(failure).toMatchObject({ ...about, step: 'submitPost', attempt: 1, runId: expect.any(String), traceId });
    for (const line of [...(await of('browser')), ...(await of('orchestrator'))]) {
      expect(line).not.toHaveProperty('taskToken');
      if (String(line.workflowId).startsWith('bulk/')) expect(line).toHaveProperty('taskId');
    }
    const ofWorkflow = (await of('orchestrator')).find((line) => line.accountTaskId === accountTaskId);
    expect(ofWorkflow).toMatchObject({ ...about, msg: 'Workflow failed', runId: failure?.runId, traceId });
  });

  it('serves every number that the Grafana dashboard and the alert rules ask for', async () => {
    const { bytes } = await bench.download('/metrics');
    const ofWorkers = metricsPorts.map(async (port) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
    expect(unserved(seriesOf([bytes.toString(), ...(await Promise.all(ofWorkers))].join('\n')))).toEqual([]);
  });

  it('is replayed by a worker that traces nothing', async () => {
    const log = createLogger('test', 'silent');
    const bundle = await workflowBundle({ cacheFolder: join(tmpdir(), 'flotilla-test-cache'), log });
    const { id: accountTaskId } = await accountTaskOf(bench, id, accounts[0].username);
    for (const workflowId of [bulkWorkflowId(id), accountWorkflowId(id, accountTaskId)]) {
      const history = await bench.temporal.workflow.getHandle(workflowId).fetchHistory();
      const begun = history.events?.[0]?.workflowExecutionStartedEventAttributes;
      expect(Object.keys(begun?.header?.fields ?? {})).toEqual(['_tracer-data']);
      await Worker.runReplayHistory({ workflowBundle: bundle, sinks: NO_SPANS }, history, workflowId);
    }
  });
});
