import { ApplicationFailure, condition, defineUpdate, setHandler } from '@temporalio/workflow';
import type { RetryOnly } from '../contracts/bulk.ts';
import { BULK_UPDATES, WINDOW_MAX, WINDOW_MIN } from '../contracts/bulk.ts';
import { say } from '../contracts/said.ts';
import type { BulkState } from '../contracts/states.ts';
import { isFinalBulkState } from '../contracts/states.ts';
import type { BulkAttributes } from './attributes.ts';
import type { Line } from './line.ts';
import { hall } from './policies.ts';
import { reasonOf, type Stand } from './stand.ts';

type Answer = { state: BulkState };
const pause = defineUpdate<Answer, [{ by?: string }?]>(BULK_UPDATES.pause);
const resume = defineUpdate<Answer, [{ by?: string }?]>(BULK_UPDATES.resume);
const cancel = defineUpdate<Answer, [{ by?: string }?]>(BULK_UPDATES.cancel);
const setWindow = defineUpdate<{ window: number }, [{ window: number; by?: string }]>(BULK_UPDATES.setWindow);
const retryFailed = defineUpdate<{ retried: number }, [RetryOnly?, { by?: string }?]>(BULK_UPDATES.retryFailed);
const approve = defineUpdate<Answer, [{ by?: string }?]>(BULK_UPDATES.approve);

/** What is to be done to a task, as sentences about it say. */
type Order = 'paused' | 'resumed' | 'cancelled' | 'changed' | 'retried' | 'approved';

interface Parts {
  taskId: string;
  stand: Stand;
  line: Line;
  attributes: BulkAttributes;
  /** Pauses the task. */
  hold(reason: string, by?: string): Promise<void>;
  resync(): Promise<unknown>;
  /** The workflow looks at its stand anew. */
  stir(): void;
}

/** The orders that a bulk workflow takes. Each is refused with a sentence when it does not fit where the task stands. */
export function takeOrders({ taskId, stand, line, attributes, hold, resync, stir }: Parts): void {
  function refuseWhenOver(order: Order): void {
    if (stand.cancelledBy !== null) throw conflict(say(`order.was-cancelled.${order}`));
    if (isFinalBulkState(stand.state)) throw conflict(say(`order.has-ended.${order}`));
  }

  setHandler(pause, async (order) => {
    await condition(() => stand.attached);
    refuseWhenOver('paused');
    if (stand.paused) throw conflict('The bulk task is paused already.');
    await hold(order?.by ? say('task.paused-by', { name: order.by }) : 'Paused.', order?.by);
    return { state: stand.state };
  });
  setHandler(resume, async (order) => {
    await condition(() => stand.attached);
    refuseWhenOver('resumed');
    if (!stand.paused) throw conflict('The bulk task is not paused.');
    stand.paused = false;
    stand.reason = null;
    stand.state = 'running';
    attributes.tell(stand.state);
    stand.breaker.reset();
    await hall.setBulkState({ taskId, state: stand.state, reason: reasonOf(stand), order: 'resume', ...byOf(order) });
    stir();
    return { state: stand.state };
  });
  setHandler(cancel, async (order) => {
    await condition(() => stand.attached);
    refuseWhenOver('cancelled');
    stand.cancelledBy = order?.by ?? 'an operator';
    stand.paused = false;
    stand.reason = say('task.cancelling', { name: stand.cancelledBy });
    stand.state = 'running';
    attributes.tell(stand.state);
    await hall.setBulkState({ taskId, state: stand.state, reason: stand.reason, order: 'cancel', ...byOf(order) });
    stir();
    return { state: stand.state };
  });
  setHandler(
    setWindow,
    async (order) => {
      await condition(() => stand.attached);
      refuseWhenOver('changed');
      stand.size = order.window;
      await hall.setBulkState({
        ...{ taskId, state: stand.state, reason: reasonOf(stand), window: stand.size },
        ...{ order: 'window', ...byOf(order) },
      });
      stir();
      return { window: stand.size };
    },
    {
      validator: (order) => {
        if (!Number.isInteger(order?.window) || order.window < WINDOW_MIN || order.window > WINDOW_MAX) {
          throw new Error(say('order.window', { least: WINDOW_MIN, most: WINDOW_MAX }));
        }
      },
    },
  );
  setHandler(retryFailed, async (only, order) => {
    await condition(() => stand.attached);
    refuseWhenOver('retried');
    const { retried } = await hall.resetFailed({ taskId, ...(only ? { only } : {}), ...byOf(order) });
    if (retried === 0) throw conflict('No account task has failed.');
    line.rewind();
    await resync();
    stir();
    return { retried };
  });
  // Given again it changes nothing: somebody who got no answer may ask once more.
  setHandler(approve, async (order) => {
    await condition(() => stand.attached);
    const { canary } = stand;
    if (canary?.state === 'approved') return { state: stand.state };
    refuseWhenOver('approved');
    if (!canary) throw conflict('The bulk task has no canary, so there is nothing to approve.');
    if (canary.state === 'running') throw conflict('The canary has not ended yet; it can be approved once it has.');
    canary.state = 'approved';
    stand.breaker.reset();
    // The time that it waited for a person says nothing about its speed.
    stand.rate = { ended: 0, sinceMs: Date.now() };
    await hall.setCanary({ taskId, canary, ...byOf(order) });
    stir();
    return { state: stand.state };
  });
}

const byOf = (order: { by?: string } | undefined): { by?: string } => (order?.by ? { by: order.by } : {});

function conflict(message: string): ApplicationFailure {
  return ApplicationFailure.create({ type: 'Conflict', message, nonRetryable: true });
}
