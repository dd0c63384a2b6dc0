import { execFileSync } from 'node:child_process';
import autocannon from 'autocannon';
import pg from 'pg';
import { startTestStack } from '../stack/testing.ts';
import { fillLargeTask, startWorkflow } from './api-data.ts';
import { benchClient } from './client.ts';
import { fillHistory } from './history-data.ts';
import { streamToMany } from './load-streams.ts';
import { openLoad, type Told } from './open-load.ts';
import { machine, table } from './report.ts';

/**
 * The API under load, on loopback: reads at 200 requests a second beside a bulk task of 100,000 account tasks, and 500
 * event streams at once while events flow. `npx tsx bench/load.ts [accounts] [seconds] [streams]`
 */
const [accounts = 100_000, seconds = 60, streams = 500] = process.argv.slice(2).map(Number);
const PER_SECOND = 200;
const CONNECTIONS = 20;
const WARM_UP_SECONDS = 5;
const ONE_PATH_SECONDS = 5;
const FLAT_OUT_SECONDS = 10;
const EVENTS_PER_SECOND = 100;

const stack = await startTestStack({
  parts: ['postgres', 'temporal', 'prepare', 'api', 'orchestrator'],
  env: { FLOTILLA_RATE_LIMIT_PER_MINUTE: '1000000', FLOTILLA_DEMO: '0' },
});
const pool = new pg.Pool({ connectionString: stack.databaseUrl });
const authorization = `Bearer ${stack.adminToken}`;

/** Resident memory of the API's process, MB. */
function apiMemory(): number {
  const kilobytes = execFileSync('ps', ['-o', 'rss=', '-p', String(stack.processOf('api'))], { encoding: 'utf8' });
  return Math.round(Number(kilobytes.trim()) / 1024);
}

/** Reads at evenly spaced moments. */
const load = (paths: readonly string[], duration: number): Promise<Told> =>
  openLoad({ url: stack.apiUrl, authorization, paths, perSecond: PER_SECOND, seconds: duration });

/** Reads as fast as they are answered, always so many at once. */
async function flatOut(paths: readonly string[]): Promise<autocannon.Result> {
  return await autocannon({
    url: stack.apiUrl,
    connections: CONNECTIONS,
    duration: FLAT_OUT_SECONDS,
    headers: { authorization },
    requests: paths.map((path) => ({ method: 'GET' as const, path })),
  });
}

const line = (name: string, { requests, median, p99, longest, wrong }: Told): string[] => [
  name,
  String(requests),
  ...[median, p99, longest].map((ms) => ms.toFixed(1)),
  String(wrong),
];

try {
  const api = benchClient(stack);
  const taskId = await fillLargeTask(pool, accounts);
  await fillHistory(pool);
  const task = `/api/bulk/upload/${taskId}`;
  await startWorkflow(stack.temporalAddress, taskId, async () => {
    return (await api.call<{ source: string }>('GET', `${task}/aggregate`)).source;
  });
  const middle = Math.floor(accounts / 2);
  const reads: [name: string, path: string][] = [
    ['aggregate, answered by the workflow', `${task}/aggregate`],
    ['the bulk task', task],
    ['bulk tasks', '/api/bulk?limit=50'],
    ['account tasks, first page', `${task}/accounts?limit=50`],
    ['account tasks, from the middle', `${task}/accounts?limit=50&cursor=${middle}`],
    ['succeeded account tasks', `${task}/accounts?limit=50&state=succeeded`],
    ['account tasks by part of a name', `${task}/accounts?limit=50&q=bench-99`],
    ['accounts, first page', '/api/accounts?limit=50'],
    ['accounts with a tag', '/api/accounts?limit=50&tag=crew-7'],
    ['accounts by part of a name', '/api/accounts?limit=50&q=bench-99'],
    ['tags in use', '/api/accounts/tags'],
    ['inbox', '/api/inbox?state=open'],
    ['errors', '/api/errors?limit=50'],
    ['errors by cause', '/api/errors/groups?limit=50'],
    ['performance by kind', '/api/system/performance'],
    ['workers', '/api/workers'],
  ];
  const paths = reads.map(([, path]) => path);
  await load(paths, WARM_UP_SECONDS);
  const rows = [line('**all of them in turn**', await load(paths, seconds))];
  for (const [name, path] of reads) rows.push(line(name, await load([path], ONE_PATH_SECONDS)));
  const most = await flatOut(paths);
  const aim = `${PER_SECOND} requests a second, ${accounts.toLocaleString('en')} account tasks`;
  console.log(`\n### Reads: ${aim} (${machine()})\n`);
  console.log(table(['read', 'requests', 'median, ms', 'p99, ms', 'longest, ms', 'errors'], rows));

  const wrong = most.non2xx + most.errors + most.timeouts;
  console.log(
    `\nAs fast as they are answered, ${CONNECTIONS} at once: ${most.requests.average.toFixed(0)} a second, median ` +
      `${most.latency.p50} ms, p99 ${most.latency.p99} ms, ${wrong} errors.`,
  );

  const before = apiMemory();
  const told = await streamToMany({
    url: `${stack.apiUrl}/api/events`,
    authorization,
    pool,
    taskId,
    streams,
    seconds,
    eventsPerSecond: EVENTS_PER_SECOND,
    whileFlowing: apiMemory,
  });
  console.log(`\n### Events: ${streams} streams at once, ${EVENTS_PER_SECOND} events a second for ${seconds} s\n`);
  console.log(
    table(
      [
        'streams',
        'opened in, s',
        'events each',
        'complete',
        'median lag, ms',
        'p99 lag, ms',
        'API before, MB',
        'most, MB',
        'after, MB',
      ],
      [
        [
          ...[String(streams), told.openedSeconds.toFixed(1), String(told.events), `${told.complete} of ${streams}`],
          ...[
            told.lagP50.toFixed(0),
            told.lagP99.toFixed(0),
            String(before),
            String(told.mostMemory),
            String(apiMemory()),
          ],
        ],
      ],
    ),
  );
  if (told.complete !== streams) process.exitCode = 1;
} finally {
  await pool.end();
  await stack.stop();
}
