/**
 * Brings a fresh clone to where it can start: packages, programs, database client, dashboard.
 * Plain JavaScript on Node's own modules, since nothing else is there yet. Says a line for each thing that it does,
 * and nothing when there is nothing to do. `node stack/setup.mjs [--tests]`
 */
import { pathToFileURL } from 'node:url';
import { ensureDashboard, ensureDatabaseClient, ensurePackages } from './setup/build.mjs';
import { SetupError } from './setup/common.mjs';
import { ensureFuzzer } from './setup/fuzzer.mjs';
import { ensureTestServer } from './setup/test-server.mjs';
import { ensureTools } from './setup/tools.mjs';

const LEAST_NODE = [20, 19];

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])) return;
  throw new SetupError(`Flotilla needs Node ${LEAST_NODE.join('.')} or newer; this is ${process.versions.node}.`);
}

/**
 * @param {{ tests?: boolean }} [options] tests: also what only the tests need
 * @throws SetupError with one sentence for each thing that is missing
 */
export async function ensureSetup({ tests = false } = {}) {
  checkNode();
  await ensurePackages();
  // Compiling needs one processor for minutes: it goes on beside everything else.
  const testServer = tests ? ensureTestServer() : Promise.resolve();
  testServer.catch(() => undefined);
  await ensureTools({ tests });
  if (tests) await ensureFuzzer();
  await ensureDatabaseClient();
  await ensureDashboard();
  await testServer;
}

/** Does something, and ends the process with the sentence alone when it fails in a way that a user can mend. */
export async function orExplain(action) {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await orExplain(() => ensureSetup({ tests: process.argv.includes('--tests') }));
}
