import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { TaskError } from '../../contracts/errors.ts';
import type { AccountOutcome, Claim } from '../../contracts/orchestration.ts';
import { RESOLVE_UPDATE } from '../../contracts/orchestration.ts';
import { ORCHESTRATOR_QUEUE } from '../../contracts/queues.ts';
import { accountWorkflowType } from '../../kinds/index.ts';
import type { Fakes } from './fakes.ts';
import { createFakes, fallsSilent, startTimeSkipping } from './fakes.ts';

let skipping: Awaited<ReturnType<typeof startTimeSkipping>>;

beforeAll(async () => {
  skipping = await startTimeSkipping();
}, 120_000);

afterAll(async () => {
  await skipping?.env.teardown();
});

async function run(
  kind: string,
  fakes: Fakes,
  during: (handle: WorkflowHandle) => Promise<void> = async () => undefined,
): Promise<AccountOutcome> {
  return skipping.withWorkers(fakes, ['host-1'], async () => {
    const handle = await skipping.env.client.workflow.start(accountWorkflowType(kind), {
      taskQueue: ORCHESTRATOR_QUEUE,
      workflowId: `bulk/t1/${randomUUID()}`,
      args: [{ taskId: 't1', accountTaskId: 'a1', ordinal: 0 }],
    });
    await during(handle);
    return (await handle.result()) as AccountOutcome;
  });
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !condition(); i += 1) await new Promise((resolve) => setTimeout(resolve, 25));
  if (!condition()) throw new Error('what was waited for did not happen');
}

const wait = (waitMs: number): Claim => ({ status: 'wait', waitMs, reason: 'The daily limit is used up.' });

function bioFakes(): Fakes {
  const fakes = createFakes({ params: { texts: ['new'] }, plan: { text: 'new' } });
  fakes.host.setBio = async ({ input }) => {
    fakes.calls.push(`bio ${input.text}`);
    return { changed: true };
  };
  return fakes;
}

describe('a step that brings about a state', () => {
  it('is done once and counted', async () => {
    const fakes = bioFakes();
    expect(await run('bio', fakes)).toMatchObject({ state: 'succeeded', counters: { changed: 1 } });
    expect(fakes.calls).toEqual(['bio new', 'spend profile']);
  });

  it('takes nothing from the limits when the platform had it so', async () => {
    const fakes = bioFakes();
    fakes.host.setBio = async () => ({ changed: false });
    expect(await run('bio', fakes)).toMatchObject({ counters: { unchanged: 1 } });
    expect(fakes.calls).toEqual([]);
  });

  it('is asked for again, under a new lease, when its host fell silent', async () => {
    const fakes = bioFakes();
    const { setBio } = fakes.host;
    let first = true;
    fakes.host.setBio = async (request) => {
      if (!first) return setBio(request);
      first = false;
      await fallsSilent(() => fakes.calls.push('silent'))({} as never);
      throw new Error('unreachable');
    };
    expect(await run('bio', fakes)).toMatchObject({ state: 'succeeded', counters: { changed: 1 } });
    expect(fakes.calls).toEqual(['silent', 'fence', 'bio new', 'spend profile']);
  });

  it('waits as long as the platform asked, and slows the platform down', async () => {
    const fakes = bioFakes();
    const { setBio } = fakes.host;
    const { pace } = fakes.ledger;
    fakes.ledger.pace = async (request) => {
      fakes.calls.push(request.slow ? 'slow' : 'alone');
      await pace(request);
    };
    let refusals = 2;
    fakes.host.setBio = async (request) => {
      refusals -= 1;
      if (refusals >= 0) throw new TaskError('Throttled', 'Slow down.', { retryAfterMs: 7_000 });
      return setBio(request);
    };
    expect(await run('bio', fakes)).toMatchObject({ state: 'succeeded' });
    expect(fakes.calls).toEqual(['slow', 'pace 7000', 'slow', 'pace 7000', 'bio new', 'spend profile']);
  });

  it('waits for a person where the platform asks for one, and goes on from there', async () => {
    const fakes = bioFakes();
    const { setBio } = fakes.host;
    let asked = false;
    fakes.host.setBio = async (request) => {
      if (asked) return setBio(request);
      asked = true;
      throw new TaskError('ChallengeRequired', 'A code, please.', { challenge: 'email-code' });
    };
    const outcome = await run('bio', fakes, async (handle) => {
      await until(() => fakes.calls.includes('park email-code'));
      await handle.executeUpdate(RESOLVE_UPDATE, { args: [{ action: 'retry' }] });
    });
    expect(outcome).toMatchObject({ state: 'succeeded', counters: { changed: 1 } });
    expect(fakes.calls).toEqual(['park email-code', 'unpark answered', 'bio new', 'spend profile']);
  });

  it('gives up after a few errors that might have passed', async () => {
    const fakes = bioFakes();
    let tries = 0;
    fakes.host.setBio = async () => {
      tries += 1;
      throw new TaskError('PageChanged', 'The button is not there.');
    };
    await expect(run('bio', fakes)).rejects.toThrow();
    expect(tries).toBe(4);
    expect(fakes.settled).toMatchObject([{ state: 'failed', error: { type: 'PageChanged' } }]);
  });
});

describe('a log-in', () => {
  it('tells a stored session from a new one and from one that a person helped with', async () => {
    const fakes = createFakes({ params: { force: true }, plan: { force: true } });
    fakes.openErrors = [new TaskError('ChallengeRequired', 'A code.', { challenge: 'totp' })];
    const { openSession } = fakes.sessions;
    const forced: unknown[] = [];
    fakes.sessions.openSession = async (request) => {
      forced.push(request.forceLogIn);
      return { ...(await openSession(request)), entered: 'logged-in' };
    };
    const outcome = await run('login', fakes, async (handle) => {
      await until(() => fakes.calls.includes('park totp'));
      await handle.executeUpdate(RESOLVE_UPDATE, { args: [{ action: 'retry' }] });
    });
    expect(outcome).toMatchObject({ state: 'succeeded', counters: { loggedIn: 1, challenged: 1 } });
    expect(forced).toEqual([true, true]);
  });
});

describe('follows', () => {
  it('spread over days when the limit says so, and count who is not there', async () => {
    const fakes = createFakes({ params: { categoryId: 'c' }, plan: { targets: ['bob', 'eve', 'ghost'] } });
    const { claim } = fakes.ledger;
    let follows = 0;
    fakes.ledger.claim = async (request) => {
      if (request.action !== 'follow') return claim(request);
      follows += 1;
      return follows === 2 ? wait(86_400_000) : claim(request);
    };
    fakes.host.follow = async ({ input: { target } }) => {
      fakes.calls.push(`follow ${target}`);
      return { changed: target === 'bob', found: target !== 'ghost' };
    };
    expect(await run('follow', fakes)).toMatchObject({
      state: 'partial',
      counters: { followed: 1, alreadyFollowing: 1, notFound: 1 },
    });
    expect(fakes.calls).toEqual(['follow bob', 'spend follow', 'fence', 'follow eve', 'follow ghost']);
  });
});

describe('a warm-up', () => {
  const sessions = Array.from({ length: 28 }, (_, place) => ({
    at: new Date(Date.now() + place * 43_200_000).toISOString(),
    minutes: 1,
    day: Math.floor(place / 2),
  }));

  function warmupFakes(): { fakes: Fakes; stages: (number | null)[]; rests: number[] } {
    const fakes = createFakes({ params: { days: 14 }, plan: { timeZone: 'UTC', sessions } });
    const stages: (number | null)[] = [];
    const rests: number[] = [];
    fakes.ledger.setRampStage = async ({ input }) => {
      stages.push(input.stage);
      return { stage: input.stage };
    };
    fakes.ledger.pace = async ({ waitMs, slow }) => {
      rests.push(waitMs);
      expect(slow).toBe(false);
    };
    fakes.host.browse = async () => ({ pages: 3 });
    return { fakes, stages, rests };
  }

  it('visits over two weeks of durable sleep, and lets the limits rise stage by stage', async () => {
    const { fakes, stages, rests } = warmupFakes();
    expect(await run('warmup', fakes)).toMatchObject({ state: 'succeeded', counters: { visits: 28, pages: 84 } });
    expect(stages).toEqual([0, 1, 2, 3, null]);
    expect(rests).toHaveLength(27);
    expect(rests.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(13 * 86_400_000);
  });

  it('goes on where it was after a fresh history, with its counters', async () => {
    const { fakes } = warmupFakes();
    const outcome = await skipping.withWorkers(fakes, ['host-1'], async () => {
      const carried = { memory: { place: 26, lateMs: 0, stage: 3 }, counters: { visits: 26, pages: 78 } };
      return (await skipping.env.client.workflow.execute('accountWarmup', {
        taskQueue: ORCHESTRATOR_QUEUE,
        workflowId: `bulk/t1/${randomUUID()}`,
        args: [{ taskId: 't1', accountTaskId: 'a1', ordinal: 0, ...carried }],
      })) as AccountOutcome;
    });
    expect(outcome.counters.visits! + (outcome.counters.missed ?? 0)).toBe(28);
  });
});
