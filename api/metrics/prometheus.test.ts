import type { TestApi } from '../testing.ts';
import { startTestApi } from '../testing.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => {
  await api?.stop();
});

describe('the metrics for Prometheus', () => {
  it('name requests by the template of their route, and the platform by states', async () => {
    const host = { taskQueues: [], pid: 1, version: '1', slots: 1, state: 'ready' };
    await api.deps.db.workerHost.create({ data: { name: 'w', role: 'media', ...host } });
    await api.call('/api/workers/0b7f9f0a-5a8e-4d3c-9c55-1f2e3d4c5b6a');
    await api.call('/api/guessed/0b7f9f0a');
    const { status, text, headers } = await api.call('/metrics');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/plain');
    const prefix = 'flotilla_api_request_duration_seconds_count';
    expect(text).toContain(`${prefix}{method="GET",route="/api/workers/{id}",status="404"} 1`);
    expect(text).toContain(`${prefix}{method="GET",route="(none)",status="404"} 1`);
    expect(text).not.toContain('0b7f9f0a');
    expect(text).toContain('flotilla_workers{state="ready"} 1');
    expect(text).toContain('flotilla_account_tasks{state="pending"} 0');
    expect(text).toContain('flotilla_bulk_tasks{state="paused"} 0');
    expect(text).toContain('flotilla_event_clients 0');
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('count the clients of the event stream, which is no slow request', async () => {
    const leave = new AbortController();
    const authorization = `Bearer ${api.deps.keys.adminToken}`;
    await fetch(`${api.url}/api/events`, { headers: { authorization }, signal: leave.signal });
    const { text } = await api.call('/metrics');
    leave.abort();
    expect(text).toContain('flotilla_event_clients 1');
    expect(text).not.toContain('route="/api/events"');
  });

  it('are for those who may view', async () => {
    expect((await api.call('/metrics', { token: null })).status).toBe(401);
    expect((await api.call('/metrics', { token: api.deps.keys.workerToken })).status).toBe(403);
    const make = await api.call('/api/tokens', { body: { name: 'prometheus', scopes: ['viewer'] } });
    expect((await api.call('/metrics', { token: String(make.json.token) })).status).toBe(200);
  });
});
