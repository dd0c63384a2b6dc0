import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTestTemporal, startWorkers } from '../../../api/door/test-orchestrator.ts';
import { allRoutes } from '../../../api/routes.ts';
import type { TestApi } from '../../../api/testing.ts';
import { startTestApi } from '../../../api/testing.ts';
import type { Run } from './config.ts';
import { configOf } from './config.ts';
import { type Seeded, seed } from './seed.ts';

const PROGRAM = fileURLToPath(new URL('../../../tools/fuzzer/bin/schemathesis', import.meta.url));
export interface Outcome {
  exitCode: number | null;
  /** What the fuzzer says of its failures, each with a curl that repeats it. */
  output: string;
  /** Requests that were sent, and how many operations were. */
  cases: number;
  operations: number;
  /** Of operations whose requests are valid by the document, how many were answered with success at least once. */
  accepted: readonly string[];
  refused: readonly string[];
}

interface Report {
  operations: { tested: number };
  test_cases: { generated: number };
  valid_rates: Record<string, Record<string, { accepted: number }>>;
}

function runProgram(args: string[], cwd: string): Promise<{ exitCode: number | null; output: string }> {
  return new Promise((done, fail) => {
    const child = spawn(PROGRAM, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    child.once('error', () => fail(new Error('The fuzzer is not there: "node stack/setup.mjs --tests" installs it.')));
    child.once('close', (exitCode) => done({ exitCode, output }));
  });
}

export interface FuzzBench {
  api: TestApi;
  seeded: Seeded;
  run(run: Run): Promise<Outcome>;
  stop(): Promise<void>;
}

/** The API with its own Postgres, a real Temporal and the real orchestrator behind it, and a little of everything in it. */
export async function startFuzzBench(): Promise<FuzzBench> {
  const temporal = await startTestTemporal();
  const env = {
    TEMPORAL_ADDRESS: temporal.address,
    // Thousands of requests a minute come from one address here, and many of them with wrong tokens.
    FLOTILLA_RATE_LIMIT_PER_MINUTE: '1000000',
  };
  const api = await startTestApi({ env, failedAuthPerMinute: 1_000_000 });
  const workers = await startWorkers(api, temporal);
  const seeded = await seed(api);
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-fuzz-'));
  return {
    api,
    seeded,
    async run(run) {
      await writeFile(join(folder, 'schemathesis.toml'), configOf(allRoutes, seeded, run));
      const report = join(folder, 'report.json');
      const { exitCode, output } = await runProgram(
        [
          ...['--config-file', join(folder, 'schemathesis.toml'), 'run', `${api.url}/api/openapi.json`],
          ...['--phases', run.phases.join(','), '--report', 'json', '--report-json-path', report],
        ],
        folder,
      );
      const { operations, test_cases, valid_rates }: Report = JSON.parse(await readFile(report, 'utf8'));
      const rates = Object.entries(valid_rates).map(([operation, phases]) => ({
        operation,
        accepted: Object.values(phases).some((phase) => phase.accepted > 0),
      }));
      return {
        exitCode,
        output: output
          .split('\n')
          .map((line) => line.slice(0, 1_000))
          .join('\n'),
        cases: test_cases.generated,
        operations: operations.tested,
        accepted: rates.filter(({ accepted }) => accepted).map(({ operation }) => operation),
        refused: rates.filter(({ accepted }) => !accepted).map(({ operation }) => operation),
      };
    },
    async stop() {
      await workers.stop();
      await api.stop();
      await temporal.teardown();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
