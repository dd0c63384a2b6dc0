/** `npm start`: starts everything, says where it is, and stops everything on Ctrl-C. */
import { createInterface } from 'node:readline/promises';
import { EnvError } from '../config/env.ts';
import { isEmptyInstallation, readDemoState, seedDemo, writeDemoState } from './demo-data.ts';
import { StackError } from './errors.ts';
import { onInterrupt } from './interrupt.ts';
import { type RunningStack, startStack } from './start-stack.ts';
import { summarize } from './summary.ts';
import { exportTools } from './tools.ts';

const say = (line: string) => console.log(line);

const interrupt = onInterrupt(say);

async function run(): Promise<void> {
  const startedAt = Date.now();
  say('Starting Flotilla …');
  const stack = await startStack({
    source: process.env,
    say,
    onReady: (service) => {
      if (service.ready.kind !== 'done') say(`  ${service.name.padEnd(14)}${service.role}`);
    },
    signal: interrupt.signal,
  });
  interrupt.guard(stack);
  const seconds = (Date.now() - startedAt) / 1000;
  try {
    await offerDemo(stack, interrupt.signal);
  } catch (error) {
    say(`The demo data could not be added: ${error instanceof Error ? error.message : error}`);
  }
  if (!interrupt.signal.aborted) say(summarize(stack, seconds));
  await interrupt.asked;
  await stack.stop();
}

/** Asks a person, takes silence of a program for yes, and asks only once. */
async function offerDemo(stack: RunningStack, signal: AbortSignal): Promise<void> {
  const { env, keys } = stack;
  const addresses = {
    apiUrl: env.apiUrl,
    adminToken: keys.adminToken,
    sandboxUrl: env.sandboxUrl,
    dataFolder: env.FLOTILLA_DATA,
  };
  if (process.argv.includes('--no-demo') || process.env.FLOTILLA_DEMO === '0' || signal.aborted) return;
  const state = await readDemoState(addresses.dataFolder);
  if (state === 'added' || state === 'declined') return;
  if (state === undefined && !(await isEmptyInstallation(addresses))) return;
  if (state === undefined && process.stdin.isTTY && !(await confirm('Add demo data? [Y/n] ', signal))) {
    if (!signal.aborted) await writeDemoState(addresses.dataFolder, 'declined');
    return;
  }
  say('Adding demo data: 20 accounts of the sandbox site, 3 videos …');
  exportTools(env);
  await seedDemo(addresses);
}

async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // The terminal's line editor takes Ctrl-C for itself.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return !/^n/i.test((await terminal.question(question, { signal })).trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}

try {
  await run();
  process.exit(0);
} catch (error) {
  if (interrupt.signal.aborted) process.exit(0);
  const expected = error instanceof StackError || error instanceof EnvError;
  console.error(expected ? error.message : error);
  process.exit(1);
}
