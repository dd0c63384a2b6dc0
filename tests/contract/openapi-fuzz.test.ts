import { sha256Hex } from '../../api/auth.ts';
import { allRoutes } from '../../api/routes.ts';
import type { FuzzBench, Outcome } from './fuzz/bench.ts';
import { startFuzzBench } from './fuzz/bench.ts';
import { parametersOf, poolOf } from './fuzz/config.ts';
import { sendExamples } from './fuzz/examples.ts';

/**
 * Requests an operation and phase; more of them, and other ones, when somebody looks for longer:
 * `FLOTILLA_FUZZ_EXAMPLES=100 FLOTILLA_FUZZ_SEED=7 npx jest tests/contract/openapi-fuzz`.
 */
const EXAMPLES = Number(process.env.FLOTILLA_FUZZ_EXAMPLES ?? 3);
const SEED = Number(process.env.FLOTILLA_FUZZ_SEED ?? 1);
/** Its own share of a group's time, many times over: a busy machine is no failure. */
const LIMIT_MS = EXAMPLES * 180_000;

/** Lowers the limit of requests for everybody, and shuts out addresses: it comes last, alone. */
const SETTINGS = 'changeSettings';

let bench: FuzzBench;
beforeAll(async () => {
  // Sites that the examples name, read where the orders are checked.
  process.env.FLOTILLA_VISIT_HOSTS = 'example.com,example.org';
  bench = await startFuzzBench();
}, 180_000);
afterAll(async () => {
  delete process.env.FLOTILLA_VISIT_HOSTS;
  await bench?.stop();
});

async function tokenOf(role: string): Promise<string> {
  const token = role === 'worker' ? 'flt_worker_of-the-fuzzer' : `flt_${role}-of-the-fuzzer`;
  const { db } = bench.api.deps;
  const hash = sha256Hex(token);
  if (role === 'worker') await db.workerToken.create({ data: { name: 'fuzzer', hash } });
  else await db.apiToken.create({ data: { name: 'fuzzer', hash, scopes: [role] } });
  return token;
}

function expectNothingFound({ exitCode, output }: Outcome): void {
  if (exitCode !== 0) throw new Error(`The fuzzer ended with exit code ${exitCode}:\n${output}`);
}

describe('the OpenAPI document under a fuzzer', () => {
  it('names a seeded row for every parameter of a path', () => {
    const missing = allRoutes.flatMap(({ path }) =>
      parametersOf(path)
        .filter((name) => !bench.seeded.kept[poolOf(path, name) ?? '']?.length)
        .map((name) => `${path} ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it('takes every example of a request as it stands in the documentation', async () => {
    const { sent, wrong } = await sendExamples(bench);
    expect(wrong).toEqual([]);
    expect(sent).toBeGreaterThan(60);
  });

  it(
    'keeps every promise to an admin: no fault, no undocumented status, header or shape, nothing invalid taken',
    async () => {
      const phases = ['examples', 'coverage', 'fuzzing', 'stateful'] as const;
      const outcome = await bench.run({
        ...{ token: bench.api.deps.keys.adminToken, seed: SEED, maxExamples: EXAMPLES, phases },
        without: [SETTINGS],
      });
      expectNothingFound(outcome);
      // A run that only meets refusals would prove little.
      expect(outcome.operations).toBe(allRoutes.length - 1);
      expect(outcome.accepted.length).toBeGreaterThan(outcome.refused.length * 2);
    },
    LIMIT_MS,
  );

  it.each(['viewer', 'worker'])(
    'keeps every promise to a %s, who is refused most of it',
    async (role) => {
      const outcome = await bench.run({
        ...{ token: await tokenOf(role), seed: SEED, maxExamples: Math.ceil(EXAMPLES / 6), phases: ['fuzzing'] },
      });
      expectNothingFound(outcome);
      expect(outcome.operations).toBe(allRoutes.length);
    },
    LIMIT_MS,
  );

  it(
    'keeps every promise about settings, which may shut the caller out',
    async () => {
      const phases = ['examples', 'coverage', 'fuzzing'] as const;
      const outcome = await bench.run({
        ...{ token: bench.api.deps.keys.adminToken, seed: SEED, maxExamples: EXAMPLES, phases },
        only: [SETTINGS],
      });
      expectNothingFound(outcome);
      expect(outcome.operations).toBe(1);
    },
    LIMIT_MS,
  );
});
