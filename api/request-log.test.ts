import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { createLogger } from '../config/logger.ts';
import { route } from './route.ts';
import type { TestApi } from './testing.ts';
import { startTestApi } from './testing.ts';

interface Line {
  msg: string;
  [field: string]: unknown;
}

const lines: Line[] = [];
const tell = route({
  method: 'post',
  path: '/api/tell/{name}',
  operationId: 'tell',
  summary: 'Logs after a while',
  tags: ['System'],
  access: 'viewer',
  params: z.object({ name: z.string() }),
  body: z.object({ password: z.string() }),
  responses: { 200: { description: 'Told', schema: z.object({}) } },
  async handler({ params, body, deps }) {
    await sleep(params.name === 'slow' ? 50 : 5);
    deps.log.info({ deep: { in: [{ it: body }] } }, params.name);
    if (params.name === 'broken') throw new Error('no way to http://user:needle@proxy:1/');
    return { status: 200, body: {} };
  },
});

let api: TestApi;
beforeAll(async () => {
  const log = createLogger('api', 'debug', { write: (line) => lines.push(JSON.parse(line)) });
  api = await startTestApi({ log, routes: [tell] });
});
afterAll(async () => {
  await api?.stop();
});

const linesOf = (requestId: string | null | undefined) => lines.filter((line) => line.requestId === requestId);

describe('what is logged for a request', () => {
  it('names the request, who made it and what was asked, also of requests that run at once, and never a secret', async () => {
    const names = ['slow', 'quick'];
    const answers = await Promise.all(
      names.map((name) => api.call(`/api/tell/${name}?signature=needle`, { body: { password: 'needle' } })),
    );
    for (const [index, { headers }] of answers.entries()) {
      const requestId = headers.get('x-request-id');
      const about = { requestId, actor: 'admin', operation: 'tell' };
      expect(linesOf(requestId)).toEqual([
        expect.objectContaining({ ...about, msg: names[index], deep: { in: [{ it: { password: '[masked]' } }] } }),
        expect.objectContaining({ ...about, msg: 'request', path: `/api/tell/${names[index]}`, status: 200 }),
      ]);
    }
    expect(JSON.stringify(lines)).not.toContain('needle');
  });

  it('goes with the problem that the caller is told', async () => {
    const { json } = await api.call('/api/tell/broken', { body: { password: 'needle' } });
    const told = linesOf(json.requestId);
    expect(told.map(({ msg }) => msg)).toEqual(['broken', 'request failed', 'request']);
    expect(told.every(({ actor, operation }) => actor === 'admin' && operation === 'tell')).toBe(true);
    expect(JSON.stringify(told)).not.toContain('needle');
  });

  it('names nobody where nobody signed in', async () => {
    const { headers } = await api.call('/api/tell/quick', { token: null, body: { password: 'needle' } });
    expect(linesOf(headers.get('x-request-id'))).toEqual([
      expect.objectContaining({ msg: 'request', actor: 'anonymous', operation: 'tell', status: 401 }),
    ]);
  });
});
