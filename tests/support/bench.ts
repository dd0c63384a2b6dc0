import { cp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import { renderSampleVideos } from '../../activities/media/samples.ts';
import { readEnv } from '../../config/env.ts';
import { startTestStack, type TestStack, type TestStackOptions } from '../../stack/testing.ts';
import { exportTools } from '../../stack/tools.ts';
import { type SandboxControl, type SiteAccount, sandboxControl } from './sandbox.ts';

/** Videos are the same at every run, so they are kept. */
export const SAMPLES_FOLDER = join(tmpdir(), 'flotilla-test-samples');

const videoSchema = z.object({ id: z.uuid(), sha256: z.string() });
export type Video = z.infer<typeof videoSchema>;

/** An account as both sides know it. */
export interface TestAccount extends SiteAccount {
  id: string;
}

export interface Answer {
  status: number;
  /** Parsed JSON, whatever it is. */
  body: unknown;
}

export interface Bench {
  stack: TestStack;
  site: SandboxControl;
  temporal: Client;
  /** Any call of the API, as an administrator. Does not throw on refusals. */
  send(method: string, path: string, body?: object | FormData): Promise<Answer>;
  /** A call that has to succeed. @throws Error with what the API said */
  call<Schema extends z.ZodType>(
    method: string,
    path: string,
    schema: Schema,
    body?: object | FormData,
  ): Promise<z.output<Schema>>;
  /** Bytes that the API serves. */
  download(path: string): Promise<{ bytes: Buffer; contentType: string | null }>;
  /** New accounts on the site and here. `more` goes into the API's request. */
  addAccounts(
    order: { count: number; prefix: string; totp?: boolean },
    more?: (account: SiteAccount) => Record<string, unknown>,
  ): Promise<TestAccount[]>;
  addVideo(path: string): Promise<Video>;
  /** Conforming videos, each another one. */
  addVideos(count: number): Promise<Video[]>;
  stop(): Promise<void>;
}

/** The whole product on free ports, with clients for its API, its Temporal server and the sandbox site. */
export async function startBench(options: TestStackOptions = {}): Promise<Bench> {
  exportTools(readEnv());
  const stack = await startTestStack({ ...options, env: { FLOTILLA_BROWSER_SLOTS: '4', ...options.env } });
  const site = sandboxControl(stack.sandboxUrl);
  const connection = await Connection.connect({ address: stack.temporalAddress });
  const temporal = new Client({ connection });
  const authorization = `Bearer ${stack.adminToken}`;

  async function request(method: string, path: string, body?: object | FormData): Promise<Response> {
    const isForm = body instanceof FormData;
    return fetch(new URL(path, stack.apiUrl), {
      method,
      headers: { authorization, ...(body && !isForm && { 'content-type': 'application/json' }) },
      ...(body && { body: isForm ? body : JSON.stringify(body) }),
    });
  }

  async function send(method: string, path: string, body?: object | FormData): Promise<Answer> {
    const response = await request(method, path, body);
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  }

  const bench: Bench = {
    stack,
    site,
    temporal,
    send,
    async call(method, path, schema, body) {
      const answer = await send(method, path, body);
      if (answer.status >= 400) {
        throw new Error(`${method} ${path} → ${answer.status}: ${JSON.stringify(answer.body).slice(0, 800)}`);
      }
      return schema.parse(answer.body);
    },
    async download(path) {
      const response = await request('GET', path);
      if (!response.ok) throw new Error(`GET ${path} → ${response.status}`);
      return { bytes: Buffer.from(await response.arrayBuffer()), contentType: response.headers.get('content-type') };
    },
    async addAccounts(order, more = () => ({})) {
      const made = await site.addAccounts(order);
      return Promise.all(
        made.map(async (account) => {
          const { username, password, totpSecret } = account;
          const body = { platform: 'sandbox', username, password, ...(totpSecret && { totpSecret }), ...more(account) };
          const { id } = await bench.call('POST', '/api/accounts', z.object({ id: z.uuid() }), body);
          return { ...account, id };
        }),
      );
    },
    async addVideo(path) {
      const form = new FormData();
      form.set('file', new Blob([new Uint8Array(await readFile(path))]), basename(path));
      return bench.call('POST', '/api/media', videoSchema, form);
    },
    async addVideos(count) {
      const videos: Video[] = [];
      for (const { path } of await renderSampleVideos(SAMPLES_FOLDER, count)) videos.push(await bench.addVideo(path));
      return videos;
    },
    async stop() {
      // For looking into a failed run: the logs outlive the stack.
      const kept = process.env.FLOTILLA_TEST_LOGS;
      if (kept) await cp(join(stack.dataFolder, 'logs'), kept, { recursive: true, force: true });
      await connection.close();
      await stack.stop();
    },
  };
  return bench;
}
