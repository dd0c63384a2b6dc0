import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import proto from '@temporalio/proto';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { z } from 'zod';
import type { Route } from '../../api/route.ts';
import { allRoutes } from '../../api/routes.ts';
import type { Bench } from '../support/bench.ts';
import type { Search } from '../support/needles.ts';

const run = promisify(execFile);
const LOOK_MS = 500;

/** Where processes are shown to everybody on the machine, looked at again and again. @returns stops it */
export function watchProcesses(search: Search): () => Promise<void> {
  let ended = false;
  const seen = new Set<string>();
  async function watch(): Promise<void> {
    while (!ended) {
      const { stdout } = await run('ps', ['-axww', '-o', 'args='], { maxBuffer: 64 * 1024 ** 2 });
      for (const line of stdout.split('\n')) {
        if (seen.has(line)) continue;
        seen.add(line);
        await search.look('processes', line.slice(0, 200), line);
      }
      await new Promise((done) => setTimeout(done, LOOK_MS));
    }
  }
  const watching = watch();
  return () => {
    ended = true;
    return watching;
  };
}

/** Reads everything that the event stream tells, to whoever may see it. @returns ends it, with the text so far */
export async function watchEvents(bench: Bench): Promise<() => Promise<string>> {
  const stop = new AbortController();
  const headers = { authorization: `Bearer ${bench.stack.adminToken}` };
  const { body } = await fetch(`${bench.stack.apiUrl}/api/events`, { headers, signal: stop.signal });
  let text = '';
  const reading = (async () => {
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) text += Buffer.from(chunk).toString();
  })().catch(() => undefined);
  return async () => {
    stop.abort();
    await reading;
    return text;
  };
}

/** Every workflow: its history, and what lists and its description show of it (memo, attributes, what is pending). */
export async function lookAtHistories(bench: Bench, search: Search): Promise<void> {
  const { History } = proto.temporal.api.history.v1;
  for await (const { workflowId, runId, raw } of bench.temporal.workflow.list()) {
    const handle = bench.temporal.workflow.getHandle(workflowId, runId);
    // Payloads stand in the encoded history as they were written.
    await search.look('histories', workflowId, Buffer.from(History.encode(await handle.fetchHistory()).finish()));
    await search.look('workflows', workflowId, JSON.stringify(raw));
    const { raw: described } = await handle.describe();
    const { DescribeWorkflowExecutionResponse } = proto.temporal.api.workflowservice.v1;
    await search.look(
      'workflows',
      workflowId,
      Buffer.from(DescribeWorkflowExecutionResponse.encode(described).finish()),
    );
  }
}

/** Every file below a folder of the stack's data, or all of it but these. */
export async function lookAtFiles(
  bench: Bench,
  search: Search,
  place: string,
  folder: string,
  except: readonly string[] = [],
): Promise<void> {
  const root = join(bench.stack.dataFolder, folder);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(root.length + 1);
    if (!entry.isFile() || except.some((one) => name.startsWith(`${one}/`))) continue;
    // What runs may remove a file while it is listed.
    const bytes = await readFile(path).catch(() => null);
    if (bytes) await search.look(place, name, bytes);
  }
}

/** Each table as a dump holds it. @returns the columns of bytes that have values, as `Table.column` */
export async function lookAtTables(bench: Bench, search: Search): Promise<Map<string, Buffer[]>> {
  const client = new pg.Client({ connectionString: bench.stack.databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ table: string; name: string; type: string }>(
      `SELECT table_name AS table, column_name AS name, data_type AS type FROM information_schema.columns
       WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, ordinal_position`,
    );
    const sealed = new Map<string, Buffer[]>();
    for (const table of new Set(rows.map((row) => row.table))) {
      const parts: Buffer[] = [];
      const into = new Writable({
        write(chunk: Buffer, _encoding, done) {
          parts.push(chunk);
          done();
        },
      });
      await pipeline(client.query(copyTo(`COPY ${client.escapeIdentifier(table)} TO STDOUT`)), into);
      await search.look('tables', table, Buffer.concat(parts));
      for (const { name } of rows.filter((row) => row.table === table && row.type === 'bytea')) {
        const column = client.escapeIdentifier(name);
        const values = await client.query<{ value: Buffer }>(
          `SELECT ${column} AS value FROM ${client.escapeIdentifier(table)} WHERE ${column} IS NOT NULL`,
        );
        sealed.set(
          `${table}.${name}`,
          values.rows.map(({ value }) => value),
        );
      }
    }
    return sealed;
  } finally {
    await client.end();
  }
}

/** Ids to read with, by the part of an address in which they stand. */
export type Ids = Readonly<Record<string, readonly string[]>>;

const idsSchema = z.object({ items: z.array(z.object({ id: z.uuid() })) });
export async function idsOf(bench: Bench, path: string): Promise<string[]> {
  return (await bench.call('GET', path, idsSchema)).items.map(({ id }) => id);
}

/** What does not end by itself: event streams, and web sockets. */
const isStream = ({ responses }: Route): boolean =>
  101 in responses || Object.values(responses).some(({ contentType }) => contentType === 'text/event-stream');
const PARAMETER = /^(.*?)\/\{\w+\}(.*)$/;

/**
 * The addresses of a reading route, with each id that may stand in it.
 * @param ids by what stands before the id, and by the whole address so far where what is below belongs to one row
 */
function addressesOf(path: string, ids: Ids): string[] {
  const found = PARAMETER.exec(path);
  if (!found) return [path];
  const [, before = '', after = ''] = found;
  const known = ids[before];
  if (!known) throw new Error(`No id is known for ${before}/…: this test does not read what it shows.`);
  return known.flatMap((id) => addressesOf(`${before}/${id}${after}`, ids));
}

/** What no route lists, or lists only when asked. */
const MORE_ADDRESSES = ['/api/openapi.json', '/api/docs/', '/api/inbox?state=answered', '/api/inbox?state=skipped'];

/** Lists that must be told what of. */
const QUERIES: Readonly<Record<string, string>> = { '/api/views': '?page=accounts' };

/**
 * Whatever can be read over the API, by an admin.
 * @param cookie of a person, for what a person sees alone
 * @returns the addresses that were refused
 */
export async function lookAtAnswers(bench: Bench, search: Search, ids: Ids, cookie: string): Promise<string[]> {
  const refused: string[] = [];
  const routes = allRoutes.filter((route) => route.method === 'get' && !isStream(route));
  const paths = [...routes.map(({ path }) => path), ...MORE_ADDRESSES];
  for (const path of paths.flatMap((one) => addressesOf(one, ids))) {
    const headers = path.startsWith('/api/auth/') ? { cookie } : { authorization: `Bearer ${bench.stack.adminToken}` };
    const answer = await fetch(bench.stack.apiUrl + path + (QUERIES[path] ?? ''), { headers });
    const text = `${[...answer.headers].map((pair) => pair.join(': ')).join('\n')}\n\n`;
    const bytes = Buffer.from(await answer.arrayBuffer());
    await search.look('answers', path, text);
    await search.look('answers', path, bytes);
    if (!answer.ok) refused.push(`${answer.status} ${path}`);
  }
  return refused;
}
