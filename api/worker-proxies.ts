import { z } from 'zod';
import * as contract from '../contracts/worker-api.ts';
import { readProxy, recordCheck, repairProxy, switchProxy } from './proxy-worker-sql.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';

const accountParams = z.object({ accountId: z.uuid() });
const common = { method: 'post', tags: ['Worker link'], access: 'worker', params: accountParams } as const;
const LOST = { description: 'The lease is lost, or the proxy is another one by now' };

/** What a network worker asks about the proxy of an account whose lease it serves. */
export const workerProxiesRoutes: Route[] = [
  route({
    ...common,
    path: '/api/worker/accounts/{accountId}/proxy',
    operationId: 'readAccountProxy',
    summary: 'The proxy of an account whose lease the worker serves',
    body: contract.accountProxyRequestSchema,
    responses: {
      200: { description: 'Address, credentials and what is expected of it', schema: contract.accountProxySchema },
      404: { description: 'The account has no proxy' },
      409: LOST,
      422: { description: 'The password of the proxy cannot be opened with the present key' },
    },
    handler: async ({ params: { accountId }, body: { fencingToken, repairOf }, deps }) => ({
      status: 200,
      body: await readProxy(deps, { accountId, fencingToken }, repairOf),
      headers: { 'cache-control': 'no-store' },
    }),
  }),
  route({
    ...common,
    path: '/api/worker/accounts/{accountId}/proxy/checks',
    operationId: 'recordProxyCheck',
    summary: 'What a check of the proxy found',
    body: contract.proxyCheckRequestSchema,
    responses: { 204: { description: 'Kept' }, 409: LOST },
    async handler({ params: { accountId }, body: { fencingToken, proxyId, version, ...found }, deps }) {
      await recordCheck(deps, { accountId, fencingToken }, { proxyId, version }, found);
      return { status: 204 };
    },
  }),
  route({
    ...common,
    path: '/api/worker/accounts/{accountId}/proxy/repair',
    operationId: 'repairProxy',
    summary: 'A better address for the proxy',
    body: contract.proxyRepairRequestSchema,
    responses: { 204: { description: 'Kept' }, 409: LOST },
    async handler({ params: { accountId }, body: { fencingToken, proxyId, version, ...repair }, deps }) {
      await repairProxy(deps, { accountId, fencingToken }, { proxyId, version }, repair);
      return { status: 204 };
    },
  }),
  route({
    ...common,
    path: '/api/worker/accounts/{accountId}/proxy/switch',
    operationId: 'switchProxy',
    summary: 'A free spare instead of the proxy',
    body: contract.proxySwitchRequestSchema,
    responses: {
      200: { description: 'What the account has now; nulls when no spare is free', schema: contract.proxySwitchSchema },
      409: LOST,
    },
    async handler({ params: { accountId }, body: { fencingToken, ...wanted }, deps }) {
      const given = await switchProxy(deps, { accountId, fencingToken }, wanted);
      return { status: 200, body: { proxyId: given?.id ?? null, name: given?.name ?? null } };
    },
  }),
];
