import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnv } from '../config/env.ts';
import { createLogger, type Logger } from '../config/logger.ts';
import { startTemporaryPostgres } from '../stack/temporary-postgres.ts';
import type { AppOptions } from './app.ts';
import { createApp } from './app.ts';
import { answerClientErrors } from './client-errors.ts';
import { createDeps } from './create-deps.ts';
import type { Deps } from './deps.ts';
import { letUpgradesThrough } from './live/upgrade.ts';

export interface TestCall {
  method?: string;
  /** Sent as JSON, or as it is when it is a form. */
  body?: unknown;
  /** Bearer token; the admin token unless given, null for none. */
  token?: string | null;
  headers?: Record<string, string>;
}

/** What came back: `json` is the parsed body, or null when it was not JSON. */
export interface TestAnswer {
  status: number;
  headers: Headers;
  text: string;
  // Tests read single fields of many different bodies; they assert what they read.
  json: Record<string, never> & { [field: string]: never };
}

export interface TestApi {
  url: string;
  deps: Deps;
  /** Kept data of this API; removed by `stop`. */
  dataFolder: string;
  call(path: string, call?: TestCall): Promise<TestAnswer>;
  stop(): Promise<void>;
}

function requestOf(call: TestCall, adminToken: string): RequestInit {
  const headers = new Headers(call.headers);
  if (call.token !== null) headers.set('authorization', `Bearer ${call.token ?? adminToken}`);
  if (call.body === undefined) return { method: call.method ?? 'GET', headers };
  if (call.body instanceof FormData) return { method: call.method ?? 'POST', headers, body: call.body };
  headers.set('content-type', 'application/json');
  return { method: call.method ?? 'POST', headers, body: JSON.stringify(call.body) };
}

/** The API over real HTTP, a Postgres of its own and a temporary data folder. */
export async function startTestApi(
  options: { env?: Record<string, string>; log?: Logger } & AppOptions = {},
): Promise<TestApi> {
  const postgres = await startTemporaryPostgres({ migrated: true });
  const dataFolder = await mkdtemp(join(tmpdir(), 'flotilla-api-'));
  const env = readEnv({
    DATABASE_URL: postgres.databaseUrl,
    FLOTILLA_DATA: dataFolder,
    // Receivers and proxies of tests are on this machine.
    FLOTILLA_ALLOWED_NETWORKS: '127.0.0.0/8',
    ...options.env,
  });
  const { deps, close } = await createDeps(env, options.log ?? createLogger('api', 'silent')).catch(
    async (error: unknown) => {
      await postgres.stop();
      throw error;
    },
  );
  const app = createApp(deps, options);
  const server = app.listen(0, '127.0.0.1');
  letUpgradesThrough(server, app);
  answerClientErrors(server);
  await new Promise((done) => server.once('listening', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    deps,
    dataFolder,
    async call(path, call = {}) {
      const answer = await fetch(url + path, requestOf(call, deps.keys.adminToken));
      const text = await answer.text();
      const isJson = (answer.headers.get('content-type') ?? '').includes('json');
      return { status: answer.status, headers: answer.headers, text, json: isJson ? JSON.parse(text) : null };
    },
    async stop() {
      deps.live.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await close();
      await postgres.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
