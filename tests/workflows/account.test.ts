import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { WorkflowFailedError } from '@temporalio/client';
import type { AccountOutcome } from '../../contracts/orchestration.ts';
import { RESOLVE_UPDATE } from '../../contracts/orchestration.ts';
import { ORCHESTRATOR_QUEUE } from '../../contracts/queues.ts';
import type { Fakes } from './fakes.ts';
import { cancelledTooLate, createFakes, fallsSilent, startTimeSkipping, TaskError, throws } from './fakes.ts';

let skipping: Awaited<ReturnType<typeof startTimeSkipping>>;

beforeAll(async () => {
  skipping = await startTimeSkipping();
}, 120_000);

afterAll(async () => {
  await skipping?.env.teardown();
});

const input = { taskId: 't1', accountTaskId: 'a1', ordinal: 0 };

async function run(
  fakes: Fakes,
  during: (handle: WorkflowHandle) => Promise<void> = async () => undefined,
  hosts = ['host-1'],
): Promise<AccountOutcome> {
  return skipping.withWorkers(fakes, hosts, async () => {
    const handle = await skipping.env.client.workflow.start('accountUpload', {
      taskQueue: ORCHESTRATOR_QUEUE,
      workflowId: `bulk/t1/${randomUUID()}`,
      args: [input],
    });
    await during(handle);
    return (await handle.result()) as AccountOutcome;
  });
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !condition(); i += 1) await new Promise((resolve) => setTimeout(resolve, 25));
  if (!condition()) throw new Error('what was waited for did not happen');
}

describe('an upload of one account', () => {
  it('posts once and settles', async () => {
    const fakes = createFakes();
    expect(await run(fakes)).toMatchObject({ state: 'succeeded', counters: { posted: 1 } });
    expect(fakes.calls).toEqual(['intent submitting', 'submit', 'intent posted']);
    expect(fakes.settled).toMatchObject([{ state: 'succeeded', counters: { posted: 1 }, error: null }]);
  });

  it('does not submit what an earlier attempt has posted', async () => {
    const fakes = createFakes();
    fakes.intent = { ...fakes.intent, state: 'posted', permalink: '/p/1' };
    expect(await run(fakes)).toMatchObject({ counters: { alreadyPosted: 1 } });
    expect(fakes.calls).toEqual([]);
  });

  it('waits with a durable timer while its pace says so', async () => {
    const fakes = createFakes();
    fakes.claims = [{ status: 'wait', waitMs: 86_400_000, reason: 'The daily limit is used up.' }];
    expect(await run(fakes)).toMatchObject({ state: 'succeeded' });
    expect(fakes.posts).toHaveLength(1);
  });
});

describe('a submit whose outcome is unknown', () => {
  it('is not repeated when the worker fell silent after the platform took the post', async () => {
    const fakes = createFakes();
    fakes.submits = [fallsSilent(() => fakes.posts.push({ id: '7', caption: 'hello' }))];
    expect(await run(fakes)).toMatchObject({ state: 'succeeded', counters: { posted: 1 } });
    expect(fakes.calls).toEqual(['intent submitting', 'submit', 'fence', 'look', 'intent posted']);
    expect(fakes.posts).toHaveLength(1);
  });

  it('is repeated once when the post is verifiably absent, after looking more than once', async () => {
    const fakes = createFakes();
    fakes.submits = [fallsSilent()];
    expect(await run(fakes)).toMatchObject({ state: 'succeeded' });
    expect(fakes.posts).toHaveLength(1);
    expect(fakes.calls.filter((call) => call === 'submit')).toHaveLength(2);
    const looks = fakes.calls.slice(fakes.calls.indexOf('fence'), fakes.calls.indexOf('intent absent'));
    expect(looks.filter((call) => call === 'look').length).toBeGreaterThan(1);
  });

  it('finds a post that the platform shows late', async () => {
    const fakes = createFakes();
    fakes.submits = [throws(new TaskError('OutcomeUnknown', 'The connection was lost.'))];
    const { findPost } = fakes.host;
    let looks = 0;
    fakes.host.findPost = async (request) => {
      looks += 1;
      if (looks === 2) fakes.posts.push({ id: '8', caption: 'hello' });
      return findPost(request);
    };
    await run(fakes);
    expect(fakes.posts).toHaveLength(1);
    expect(fakes.calls.filter((call) => call === 'submit')).toHaveLength(1);
  });

  it('is left to a person when the platform cannot be asked', async () => {
    const fakes = createFakes();
    fakes.submits = [throws(new TaskError('OutcomeUnknown', 'The connection was lost.'))];
    fakes.host.findPost = () => Promise.reject(new TaskError('AccountBlocked', 'Suspended.'));
    const outcome = await run(fakes, async (handle) => {
      await until(() => fakes.calls.includes('park outcome-unknown'));
      await handle.executeUpdate(RESOLVE_UPDATE, { args: [{ action: 'skip' }] });
    });
    expect(outcome.state).toBe('skipped');
    expect(fakes.calls.filter((call) => call === 'submit')).toHaveLength(1);
    expect(fakes.calls).toContain('intent unknown');
  });

  it('is settled before anything else when an earlier run left it open', async () => {
    const fakes = createFakes();
    fakes.posts = [{ id: '5', caption: 'hello' }];
    fakes.intent = { ...fakes.intent, state: 'submitting', baseline: [], submittedAt: 1 };
    expect(await run(fakes)).toMatchObject({ counters: { posted: 1 } });
    expect(fakes.calls).toEqual(['fence', 'look', 'intent posted']);
  });

  it('is settled even when the account task is cancelled meanwhile', async () => {
    const fakes = createFakes();
    fakes.submits = [cancelledTooLate(() => fakes.posts.push({ id: '7', caption: 'hello' }))];
    const outcome = await run(fakes, async (handle) => {
      await until(() => fakes.posts.length > 0);
      await handle.cancel();
    });
    expect(outcome).toMatchObject({ counters: { posted: 1 } });
    expect(fakes.calls).toContain('intent posted');
  });
});

describe('a host that is gone before it took the step', () => {
  it('is replaced by another, and the post is made once', async () => {
    const fakes = createFakes({ hostQueues: ['host-gone', 'host-1'] });
    expect(await run(fakes)).toMatchObject({ state: 'succeeded' });
    expect(fakes.calls.filter((call) => call === 'submit')).toHaveLength(1);
    expect(fakes.posts).toHaveLength(1);
  });
});

describe('what a platform answers', () => {
  it('fails the account task at once when the media is refused', async () => {
    const fakes = createFakes();
    fakes.submits = [throws(new TaskError('MediaRejected', 'This file could not be processed.'))];
    await expect(run(fakes)).rejects.toBeInstanceOf(WorkflowFailedError);
    expect(fakes.settled).toMatchObject([{ state: 'failed', error: { type: 'MediaRejected' } }]);
    expect(fakes.calls).toContain('intent absent');
  });

  it('is obeyed when it says how long to wait', async () => {
    const fakes = createFakes();
    fakes.submits = [throws(new TaskError('Throttled', 'Too many requests.', { retryAfterMs: 90_000 }))];
    await run(fakes);
    expect(fakes.calls).toContain('pace 90000');
    expect(fakes.posts).toHaveLength(1);
  });

  it('is tried again when a page was not as expected, and fails when it stays so', async () => {
    const once = createFakes();
    once.submits = [throws(new TaskError('PageChanged', 'No button.'))];
    expect(await run(once)).toMatchObject({ state: 'succeeded' });
    const always = createFakes();
    always.submits = Array.from({ length: 9 }, () => throws(new TaskError('PageChanged', 'No button.')));
    await expect(run(always)).rejects.toBeInstanceOf(WorkflowFailedError);
    expect(always.posts).toHaveLength(0);
  });

  it('never tries a refused password again', async () => {
    const fakes = createFakes();
    fakes.openErrors = [new TaskError('InvalidCredentials', 'Wrong username or password.')];
    await expect(run(fakes)).rejects.toBeInstanceOf(WorkflowFailedError);
    expect(fakes.settled).toMatchObject([{ error: { type: 'InvalidCredentials' } }]);
    expect(fakes.openErrors).toHaveLength(0);
  });
});

describe('a challenge', () => {
  const challenged = () => {
    const fakes = createFakes();
    fakes.openErrors = [new TaskError('ChallengeRequired', 'A code was sent.', { challenge: 'email-code' })];
    return fakes;
  };

  it('parks the account until a person has answered, then goes on', async () => {
    const fakes = challenged();
    const outcome = await run(fakes, async (handle) => {
      await until(() => fakes.calls.includes('park email-code'));
      await handle.executeUpdate(RESOLVE_UPDATE, { args: [{ action: 'retry' }] });
    });
    expect(outcome.state).toBe('succeeded');
    expect(fakes.calls).toContain('unpark answered');
  });

  it('is skipped when nobody answers', async () => {
    const fakes = challenged();
    expect(await run(fakes)).toMatchObject({ state: 'skipped' });
    expect(fakes.calls).toContain('unpark expired');
    expect(fakes.posts).toHaveLength(0);
  });

  it('waits as long as the ledger says', async () => {
    const fakes = challenged();
    fakes.ledger.park = async () => ({ challengeId: 'challenge-1', expiresInMs: 90 * 60_000 });
    await run(fakes);
    expect(fakes.settled).toMatchObject([
      { state: 'skipped', reason: 'Nobody answered within 90 minutes: A code was sent.' },
    ]);
  });

  it('shows the picture of what was asked', async () => {
    const fakes = challenged();
    fakes.openErrors = [new TaskError('ChallengeRequired', 'A code was sent.', { evidenceIds: ['shot', 'trace'] })];
    const seen: unknown[] = [];
    fakes.ledger.park = async ({ evidenceIds }) => {
      seen.push(evidenceIds);
      return { challengeId: 'challenge-1', expiresInMs: 1_000 };
    };
    await run(fakes);
    expect(seen).toEqual([['shot', 'trace']]);
  });

  it('is refused an answer when nothing waits for one', async () => {
    const fakes = createFakes();
    fakes.claims = [{ status: 'wait', waitMs: 60_000, reason: 'x' }];
    await run(fakes, async (handle) => {
      await expect(handle.executeUpdate(RESOLVE_UPDATE, { args: [{ action: 'skip' }] })).rejects.toThrow();
    });
  });
});

describe('a cancelled account task', () => {
  it('ends as cancelled while it waits', async () => {
    const fakes = createFakes();
    fakes.openErrors = [new TaskError('ChallengeRequired', 'A code was sent.')];
    const outcome = await run(fakes, async (handle) => {
      await until(() => fakes.calls.some((call) => call.startsWith('park')));
      await handle.cancel();
    });
    expect(outcome.state).toBe('cancelled');
    expect(fakes.settled).toMatchObject([{ state: 'cancelled' }]);
  });
});
