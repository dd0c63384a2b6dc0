import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { createLogger } from '../config/logger.ts';
import { type Collector, startCollector } from '../tests/support/otlp.ts';
import { badRequest } from './problem.ts';
import { route } from './route.ts';
import type { TestApi } from './testing.ts';
import { startTestApi } from './testing.ts';

const look = route({
  method: 'post',
  path: '/api/look/{name}',
  operationId: 'look',
  summary: 'Logs, then answers or fails',
  tags: ['System'],
  access: 'viewer',
  params: z.object({ name: z.string() }),
  body: z.object({ password: z.string() }),
  responses: { 200: { description: 'Seen', schema: z.object({}) } },
  async handler({ params, deps }) {
    await sleep(1);
    deps.log.info(params.name);
    if (params.name === 'refused') throw badRequest('Not that.');
    if (params.name === 'broken') throw new Error('no way to http://user:needle@proxy:1/');
    return { status: 200, body: {} };
  },
});
const health = route({
  method: 'get',
  path: '/api/health',
  operationId: 'health',
  summary: 'Asked all the time',
  tags: ['System'],
  access: 'public',
  responses: { 200: { description: 'Fine', schema: z.object({}) } },
  handler: async () => ({ status: 200, body: {} }),
});

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const lines: Record<string, unknown>[] = [];
let collector: Collector;
let api: TestApi;

beforeAll(async () => {
  collector = await startCollector();
  const log = createLogger('api', 'info', { write: (line) => lines.push(JSON.parse(line)) });
  api = await startTestApi({ log, routes: [look, health], env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
});
afterAll(async () => {
  await api?.stop();
  await collector?.close();
});

const ask = (name: string, traceparent?: string) =>
  api.call(`/api/look/${name}?signature=needle`, {
    body: { password: 'needle' },
    headers: traceparent === undefined ? {} : { traceparent, tracestate: 'v=needle', baggage: 'b=needle' },
  });

describe('the trace of a request', () => {
  it('is one span, named by the route, with ids alone, and is named in the log lines and in the problem', async () => {
    const seen = await ask('fine');
    const refused = await ask('refused');
    const broken = await ask('broken');
    await ask('continued', `00-${TRACE}-${PARENT}-01`);
    await ask('left-out', `00-${'a'.repeat(32)}-${PARENT}-00`);
    await api.call('/api/health');
    await api.call('/api/guessed/needle');
    await api.deps.tracing?.close();

    expect(seen.status).toBe(200);
    const of = (requestId: string | null | undefined) =>
      collector.spans.find(({ attributes }) => attributes['flotilla.request_id'] === requestId);
    const span = of(seen.headers.get('x-request-id'))!;
    expect(span).toMatchObject({ name: 'POST /api/look/{name}', kind: 2, service: 'flotilla-api', status: {} });
    expect(span.attributes).toEqual({
      ...{ 'http.request.method': 'POST', 'http.route': '/api/look/{name}', 'url.scheme': 'http' },
      ...{ 'http.response.status_code': 200, 'flotilla.operation': 'look', 'flotilla.actor': 'admin' },
      'flotilla.request_id': seen.headers.get('x-request-id'),
    });
    expect(lines.find(({ msg }) => msg === 'fine')).toMatchObject({ traceId: span.traceId, spanId: span.spanId });

    expect(of(refused.json.requestId)).toMatchObject({ traceId: refused.json.traceId, status: {} });
    const failed = of(broken.json.requestId)!;
    expect(failed).toMatchObject({ traceId: broken.json.traceId, status: { code: 2 } });
    expect(failed.attributes).toMatchObject({ 'http.response.status_code': 500, 'error.type': '500' });

    const continued = collector.spans.find(({ traceId }) => traceId === TRACE);
    expect(continued).toMatchObject({ parentSpanId: PARENT, name: 'POST /api/look/{name}' });
    expect(collector.spans.map(({ name }) => name).sort()).toEqual(['GET', ...Array(4).fill('POST /api/look/{name}')]);
    expect(collector.text()).not.toMatch(/needle|guessed/);
    expect(collector.text()).not.toContain(api.deps.keys.adminToken);
  });
});
