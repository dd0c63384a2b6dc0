import { z } from 'zod';
import type { Route } from './route.ts';
import { route } from './route.ts';

export const healthRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/health',
    operationId: 'health',
    summary: 'Whether this process answers',
    description: 'Liveness only; `GET /api/system/health` looks at each part.',
    tags: ['System'],
    access: 'public',
    responses: { 200: { description: 'It does', schema: z.object({ status: z.literal('ok') }) } },
    handler: async () => ({ status: 200, body: { status: 'ok' } }),
  }),
];
