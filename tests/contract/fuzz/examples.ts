import { buildOpenApi } from '../../../api/openapi.ts';
import type { Route } from '../../../api/route.ts';
import { allRoutes } from '../../../api/routes.ts';
import type { FuzzBench } from './bench.ts';
import { parametersOf, poolOf } from './config.ts';

interface Media {
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}
type Paths = Record<string, Record<string, { requestBody?: { content: Record<string, Media | undefined> } }>>;

/**
 * Examples that tell of something which is not there when they are sent, and how they are refused then. Everything else
 * must be taken as it stands.
 */
const REFUSED: Readonly<Record<string, { status: number; because: string; orTaken?: true }>> = {
  signIn: { status: 401, because: 'nobody has this name, and the token is none' },
  changePassword: { status: 403, because: 'a token has no password' },
  answerInbox: { status: 409, because: 'the account tasks of the seeds do not wait for an answer' },
  setBulkTaskWindow: { status: 409, because: 'the task may have ended', orTaken: true },
  retryFailedAccountTasks: { status: 409, because: 'none may have failed', orTaken: true },
  approveBulkTask: { status: 409, because: 'the task was ordered without a canary' },
  editAccounts: { status: 409, because: 'one example spreads over spare proxies, and there are none', orTaken: true },
  undoAccountsEdit: { status: 404, because: 'nothing was edited under this token' },
  deleteAccounts: { status: 409, because: 'the number of accounts is another one' },
  resolveAccountTask: { status: 409, because: 'no account task is parked' },
  readAccountSecret: { status: 409, because: 'the fencing token is not the one of a lease' },
  saveAccountSession: { status: 409, because: 'the fencing token is not the one of a lease' },
  readAccountProxy: { status: 409, because: 'the fencing token is not the one of a lease' },
  recordProxyCheck: { status: 409, because: 'the fencing token is not the one of a lease' },
  repairProxy: { status: 409, because: 'the fencing token is not the one of a lease' },
  switchProxy: { status: 409, because: 'the fencing token is not the one of a lease' },
  releaseLock: { status: 409, because: 'the fencing token is not the one of a lock' },
};

/** Others would be shut out by it: the fuzzer's own address stays, yet so does the limit. */
const NOT_SENT = ['changeSettings'];

function examplesOf(route: Route): unknown[] {
  const paths = buildOpenApi(allRoutes).paths as unknown as Paths;
  const { example, examples } = paths[route.path]?.[route.method]?.requestBody?.content['application/json'] ?? {};
  return example === undefined ? Object.values(examples ?? {}).map(({ value }) => value) : [example];
}

/** Sends every example of a JSON body to a seeded row; each line tells of one that was answered otherwise. */
export async function sendExamples({ api, seeded }: FuzzBench): Promise<{ sent: number; wrong: string[] }> {
  const wrong: string[] = [];
  let sent = 0;
  for (const route of allRoutes) {
    if (!route.body || NOT_SENT.includes(route.operationId)) continue;
    let path: string = route.path;
    for (const name of parametersOf(route.path)) {
      path = path.replace(`{${name}}`, seeded.kept[poolOf(route.path, name) ?? '']?.[0] ?? '');
    }
    for (const body of examplesOf(route)) {
      const answer = await api.call(path, { method: route.method.toUpperCase(), body });
      sent += 1;
      const expected = REFUSED[route.operationId]?.status;
      const isTaken = answer.status < 300;
      const isTakenToo = expected === undefined || REFUSED[route.operationId]?.orTaken === true;
      const asExpected = answer.status === expected || (isTaken && isTakenToo);
      // Accounts that were paused could not be ordered by the examples that follow.
      const undoToken: unknown = isTaken ? Reflect.get(answer.json ?? {}, 'undoToken') : undefined;
      if (undoToken) await api.call('/api/accounts/bulk-edit/undo', { body: { undoToken } });
      // The next example may want the same files for the same accounts.
      if (answer.status === 201 && path.startsWith('/api/bulk/')) {
        await api.call(`${answer.headers.get('location')}/cancel`, { method: 'POST' });
      }
      if (!asExpected) wrong.push(`${route.operationId} ${JSON.stringify(body)}: ${answer.status} ${answer.text}`);
    }
  }
  return { sent, wrong };
}
