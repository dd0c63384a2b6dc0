/**
 * `npm run demo`: one bulk upload over the demo accounts, from order to outcome, held against the sandbox site's own
 * count. Uses the stack that runs, or starts one. Ends with exit code 1 when the two disagree or nothing was posted.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { EnvError, readEnv } from '../config/env.ts';
import { ACCOUNT_TASK_STATES, BULK_STATES, isFinalBulkState } from '../contracts/states.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import { DEMO_TAG, type DemoAddresses, demoPosts, seedDemo } from './demo-data.ts';
import { StackError } from './errors.ts';
import { onInterrupt } from './interrupt.ts';
import { type RunningStack, startStack } from './start-stack.ts';
import { exportTools } from './tools.ts';

/** With nothing left to do but wait this long, the rest is for later: paced accounts, or ones that wait for a person. */
const IDLE_MS = 20_000;

const counts = z.record(z.string(), z.number());
const aggregateSchema = z.object({ state: z.enum(BULK_STATES), totals: counts, counters: counts });
type Aggregate = z.infer<typeof aggregateSchema>;

const say = (line: string) => console.log(line);
const env = readEnvOrExplain();
const interrupt = onInterrupt(say);

function readEnvOrExplain() {
  try {
    return readEnv();
  } catch (error) {
    console.error(error instanceof EnvError ? error.message : error);
    process.exit(1);
  }
}

async function findRunning(): Promise<DemoAddresses | undefined> {
  const answers = await fetch(`${env.apiUrl}/api/health`, { signal: AbortSignal.timeout(3_000) }).then(
    (response) => response.ok,
    () => false,
  );
  if (!answers) return undefined;
  const file = join(env.FLOTILLA_DATA, 'keys', 'admin-token');
  const adminToken = env.FLOTILLA_ADMIN_TOKEN ?? (await readFile(file, 'utf8').catch(() => '')).trim();
  if (adminToken === '') {
    throw new StackError(
      `Something answers at ${env.apiUrl}, but ${file} does not exist. ` +
        'Set FLOTILLA_DATA to the data folder of that stack, or PORT to a free port.',
    );
  }
  return { apiUrl: env.apiUrl, adminToken, sandboxUrl: env.sandboxUrl, dataFolder: env.FLOTILLA_DATA };
}

async function startOwn(): Promise<{ stack: RunningStack; addresses: DemoAddresses }> {
  say('No stack is running; starting one …');
  const stack = await startStack({ source: process.env, say, signal: interrupt.signal });
  interrupt.guard(stack);
  const addresses = {
    apiUrl: env.apiUrl,
    adminToken: stack.keys.adminToken,
    sandboxUrl: env.sandboxUrl,
    dataFolder: env.FLOTILLA_DATA,
  };
  return { stack, addresses };
}

/** Whether something was posted, and the aggregate and the sandbox site agree on how much. */
async function runUpload(addresses: DemoAddresses): Promise<boolean> {
  const api = createApiClient(addresses.apiUrl, addresses.adminToken);
  exportTools(env);
  const { mediaIds } = await seedDemo(addresses);
  const before = await demoPosts(addresses.sandboxUrl);
  const order = {
    name: 'Demo upload',
    accounts: { tag: DEMO_TAG },
    params: { mediaIds, perAccount: 1, captions: ['Hello from {{username}} {one|two|three}'] },
  };
  const task = await api.post('/api/bulk/upload', order, z.object({ id: z.string(), total: z.number() }));
  say(`One video for each of ${task.total} accounts:`);
  await api.post(`/api/bulk/upload/${task.id}/start`, {}, z.unknown());
  const aggregate = await follow(api, `/api/bulk/upload/${task.id}/aggregate`);
  const after = await demoPosts(addresses.sandboxUrl);
  const posted = [...after].filter((id) => !before.has(id)).length;
  const succeeded = aggregate.totals.succeeded ?? 0;

  say(`\nEnd:          ${describe(aggregate)}`);
  say(`Counters:     ${JSON.stringify(aggregate.counters)}`);
  say(`Sandbox site: ${posted} new ${posted === 1 ? 'post' : 'posts'}`);
  say(`Dashboard:    ${env.publicUrl}/tasks/upload/${task.id}`);
  say(`Temporal Web: ${env.temporalUiUrl}/namespaces/${env.TEMPORAL_NAMESPACE}/workflows/bulk%2F${task.id}`);
  if (posted === 0 && succeeded === 0) {
    say('They agree, but nothing was posted.');
    return false;
  }
  if (posted === succeeded) {
    say(`They agree: ${succeeded} accounts succeeded, ${posted} posts exist.`);
    return true;
  }
  say(`They disagree: ${succeeded} accounts succeeded, but ${posted} posts exist.`);
  return false;
}

async function follow(api: ApiClient, path: string): Promise<Aggregate> {
  let idleSince: number | undefined;
  let shown = '';
  while (true) {
    const aggregate = await api.get(path, aggregateSchema);
    const line = describe(aggregate);
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[2K${line}`);
    else if (line !== shown) say(line);
    shown = line;
    const { running = 0, pending = 0 } = aggregate.totals;
    idleSince = running + pending > 0 ? undefined : (idleSince ?? Date.now());
    const waitsOnly = idleSince !== undefined && Date.now() - idleSince > IDLE_MS;
    if (isFinalBulkState(aggregate.state) || waitsOnly || interrupt.signal.aborted) return aggregate;
    await sleep(500);
  }
}

function describe({ state, totals }: Aggregate): string {
  const parts = ACCOUNT_TASK_STATES.filter((name) => totals[name]).map((name) => `${totals[name]} ${name}`);
  return `${state}: ${parts.join(', ') || 'nothing yet'} of ${totals.total ?? 0}`;
}

async function run(): Promise<boolean> {
  const running = await findRunning();
  if (running) return runUpload(running);
  const { stack, addresses } = await startOwn();
  try {
    const agrees = await runUpload(addresses);
    if (process.stdin.isTTY && !interrupt.signal.aborted) {
      say('\nThe stack stays up so that you can look at it. Ctrl-C stops it.');
      await interrupt.asked;
    }
    return agrees;
  } finally {
    await stack.stop();
  }
}

try {
  process.exit((await run()) ? 0 : 1);
} catch (error) {
  if (interrupt.signal.aborted) process.exit(1);
  console.error(error instanceof StackError ? error.message : error);
  process.exit(1);
}
