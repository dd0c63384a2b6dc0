import pg from 'pg';
import { checkProxy } from '../activities/proxies/check.ts';
import { startChecker } from '../activities/proxies/checker.ts';
import { blackHole, mute, portal, refusedPort, slamming } from '../activities/proxies/proxies.fixture.ts';
import { createAddressGuard } from '../config/address-guard.ts';
import { startTestStack, type TestStack } from '../stack/testing.ts';
import { benchClient } from './client.ts';
import { machine, table } from './report.ts';

/**
 * Dead proxies: how long it takes to find that out of 500, by the checker alone with as many at once as a network worker
 * has slots, and as a bulk task through the whole platform. `npx tsx bench/proxies.ts [count]`
 */
const [count = 500] = process.argv.slice(2).map(Number);
const SLOTS = 50;
/** The defaults of the settings. */
const WAIT_MS = 5_000;

interface Dead {
  name: string;
  ports: readonly number[];
}

process.once('SIGTERM', () => process.exit(143));
const checker = await startChecker();
const guard = createAddressGuard(['127.0.0.0/8']);

async function alone({ ports }: Dead): Promise<number> {
  const begin = performance.now();
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < count; at = next++) {
      const port = ports[at % ports.length] ?? 0;
      const credentials = { username: null, password: null, exitAddress: null, country: null };
      const proxy = { protocol: 'http', host: '127.0.0.1', port, ...credentials };
      const { signal } = new AbortController();
      const limits = { connectMs: WAIT_MS, answerMs: WAIT_MS, signal, guard };
      const found = await checkProxy(proxy, { targets: checker, limits, requests: 10, stabilitySeconds: 60 });
      if (found.status !== 'failing') throw new Error(`A dead proxy was found ${found.status}.`);
    }
  };
  await Promise.all(Array.from({ length: SLOTS }, worker));
  return (performance.now() - begin) / 1_000;
}

interface Aggregate {
  state: string;
  totals: { failed: number };
  startedAt: string;
  finishedAt: string;
}

async function asTask(stack: TestStack, pool: pg.Pool, { name, ports }: Dead): Promise<number> {
  const tag = name.replaceAll(' ', '-');
  await pool.query(
    `WITH made AS (
       INSERT INTO "Proxy" (name, protocol, host, port)
       SELECT $1, 'http', '127.0.0.1', ($2::int[])[1 + n % cardinality($2::int[])] FROM generate_series(0, $3::int - 1) n
       RETURNING id
     )
     INSERT INTO "Account" (platform, username, tags, "proxyId")
     SELECT 'sandbox', $1 || '-' || row_number() OVER (), ARRAY[$1], id FROM made`,
    [tag, ports, count],
  );
  const api = benchClient(stack);
  // Dead proxies are what is asked for here: their number is no reason to pause.
  const pace = { breaker: { share: 1, among: 1_000 } };
  const order = { accounts: { tag }, params: {}, window: 500, pace };
  const { id } = await api.call<{ id: string }>('POST', '/api/bulk/proxy-diag', order);
  await api.call('POST', `/api/bulk/proxy-diag/${id}/start`, {});
  for (;;) {
    const now = await api.call<Aggregate>('GET', `/api/bulk/proxy-diag/${id}/aggregate`);
    if (now.finishedAt) {
      if (now.totals.failed !== count) throw new Error(`Only ${now.totals.failed} of ${count} ended as failed.`);
      return (Date.parse(now.finishedAt) - Date.parse(now.startedAt)) / 1_000;
    }
    await new Promise((done) => setTimeout(done, 500));
  }
}

const dead = {
  refused: await refusedPort(),
  hole: await blackHole(),
  mute: await mute(),
  portal: await portal(),
  cut: await slamming(),
};
const mixed = [dead.refused, dead.hole.port, dead.portal.port, dead.cut.port];
const sorts: Dead[] = [
  { name: 'refused, swallowed, wrong answers, cut', ports: mixed },
  { name: 'all swallowed like by a black hole', ports: [dead.hole.port] },
  { name: 'all taken and never answered', ports: [dead.mute.port] },
];
const rows: string[][] = [];
const parts = ['postgres', 'temporal', 'prepare', 'api', 'orchestrator', 'network'] as const;
const stack = await startTestStack({ parts, env: { FLOTILLA_RATE_LIMIT_PER_MINUTE: '1000000', FLOTILLA_DEMO: '0' } });
const pool = new pg.Pool({ connectionString: stack.databaseUrl });
try {
  for (const sort of sorts) {
    const seconds = [await alone(sort), await asTask(stack, pool, sort)];
    rows.push([sort.name, ...seconds.map((one) => one.toFixed(1))]);
    console.error(rows.at(-1)?.join(' | '));
  }
  console.log(`\n### ${count} dead proxies, ${SLOTS} at once (${machine()})\n`);
  console.log(table(['proxies', 'checker alone, s', 'as a bulk task, s'], rows));
} finally {
  await pool.end();
  await stack.stop();
  await Promise.all([dead.hole, dead.mute, dead.portal, dead.cut, checker].map((one) => one.close()));
}
