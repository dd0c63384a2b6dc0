import pLimit from 'p-limit';
import { z } from 'zod';
import { type Aggregate, accountTaskEventSchema, canaryWaits } from '../contracts/bulk.ts';
import type { StreamEvent } from '../contracts/event-stream.ts';
import { type AccountTaskState, isFinalBulkState } from '../contracts/states.ts';
import type { Context } from './context.ts';
import { followEvents } from './events.ts';
import { CliError, EXIT, type ExitCode } from './failure.ts';
import { clean } from './output.ts';
import { createRunView, sayEnd } from './run-view.ts';

/** Totals are read anew at most so often, however many events come in. */
const REFRESH_GAP_MS = 700;
/** And when no event comes, in case one was lost. */
const IDLE_MS = 15_000;
/** What of a run that has ended may still be on its way. */
const LAST_EVENTS_MS = 3_000;
/** More lines than this help nobody; the rest is in a list. */
const SHOWN_LINES = 200;

/** States whose reason a person wants to read at once. */
const TELLING: readonly AccountTaskState[] = ['failed', 'partial', 'skipped', 'parked'];

const accountEventSchema = accountTaskEventSchema.extend({ accountTaskId: z.uuid() });
const bulkEventSchema = z.object({ state: z.string() });

interface Run {
  kind: string;
  id: string;
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The line of an account task that needs a look: its name and why. */
async function lineOf(context: Context, { kind, id }: Run, accountTaskId: string): Promise<string> {
  const path = { kind, id, accountTaskId };
  const task = await context.unwrap(
    context.api.GET('/api/bulk/{kind}/{id}/accounts/{accountTaskId}', { params: { path } }),
  );
  const { red, yellow, dim } = context.out.colours;
  const name = clean(task.username);
  if (task.challenge) return `${yellow('waits')}  ${name}  ${dim(clean(task.challenge.message))}`;
  const why = task.error ? `${task.error.type}: ${task.error.message}` : (task.stateReason ?? '');
  const word = task.state === 'failed' ? red(task.state) : yellow(task.state);
  return `${word}  ${name}  ${dim(clean(why))}`;
}

/**
 * Follows a run live to its end. Ctrl-C stops the watching and nothing else.
 * @param begin is called once the stream is open, so that nothing of the run is missed
 */
export async function watchRun(
  context: Context,
  run: Run,
  begin: () => Promise<void> = async () => undefined,
): Promise<ExitCode> {
  const { out } = context;
  const view = createRunView(out);
  const stop = new AbortController();
  const oneAtATime = pLimit(1);
  let interrupted = false;
  let told = 0;
  let sawAny = false;
  let sawEnd = false;
  let hasNews = false;
  let ring: () => void = () => undefined;
  const wake = (): void => {
    hasNews = true;
    ring();
  };

  /** Nothing while the API does not answer: the stream says so, and tries again. */
  const readAggregate = async (): Promise<Aggregate | undefined> => {
    const call = context.api.GET('/api/bulk/{kind}/{id}/aggregate', { params: { path: run } });
    return await context.unwrap(call).catch((error: unknown) => {
      if (error instanceof CliError && (error.exitCode === EXIT.unreachable || (error.status ?? 0) >= 500)) {
        return undefined;
      }
      throw error;
    });
  };

  function tell(event: StreamEvent): void {
    const data = accountEventSchema.safeParse(jsonOf(event.data)).data;
    if (!data || !TELLING.includes(data.to) || out.json) return;
    told += 1;
    if (told === SHOWN_LINES + 1) view.say(`More is not shown here: flotilla bulk accounts ${run.id} --state failed`);
    if (told > SHOWN_LINES) return;
    const said = oneAtATime(async () => view.say(await lineOf(context, run, data.accountTaskId)));
    said.catch(() => undefined);
  }

  function onEvent(event: StreamEvent): void {
    sawAny = true;
    const data = jsonOf(event.data);
    if (out.json) out.line({ type: event.type, id: event.id, ...(data as object) });
    if (event.type === 'account-task') tell(event);
    const state = event.type === 'bulk-task' ? bulkEventSchema.safeParse(data).data?.state : undefined;
    if (state !== undefined) sawEnd = isFinalBulkState(state as Aggregate['state']);
    wake();
  }

  const woken = async (ms: number): Promise<void> => {
    if (!hasNews) {
      await new Promise<void>((done) => {
        const timer = setTimeout(done, ms);
        ring = () => {
          clearTimeout(timer);
          done();
        };
      });
    }
    hasNews = false;
  };

  const interrupt = (): void => {
    interrupted = true;
    stop.abort();
    wake();
  };

  let isLost = false;
  let live: () => void = () => undefined;
  const firstLive = new Promise<void>((done) => {
    live = done;
  });
  const following = followEvents(context, {
    taskId: run.id,
    signal: stop.signal,
    onEvent,
    onLive() {
      if (isLost) out.note('Connected again.');
      isLost = false;
      live();
      wake();
    },
    onLost() {
      if (!isLost) out.note(`The connection to ${context.address.apiUrl} was lost; trying again. The run goes on.`);
      isLost = true;
    },
  });
  let failure: { error: unknown } | undefined;
  following.catch((error: unknown) => {
    failure = { error };
    live();
    wake();
  });

  async function settled(): Promise<Aggregate | undefined> {
    let waitsForApproval = false;
    for (;;) {
      if (failure) throw failure.error;
      if (interrupted) return undefined;
      const begun = Date.now();
      const aggregate = await readAggregate();
      if (aggregate) {
        view.show(aggregate);
        const { canary } = aggregate;
        if (isFinalBulkState(aggregate.state)) return aggregate;
        if (canary?.state === 'waiting' && !waitsForApproval) {
          out.note(`${canaryWaits(canary.size)} To go on: flotilla bulk approve ${run.id}`);
        }
        waitsForApproval = canary?.state === 'waiting';
      }
      await woken(IDLE_MS);
      await new Promise((done) => setTimeout(done, Math.max(0, REFRESH_GAP_MS - (Date.now() - begun))));
    }
  }

  process.once('SIGINT', interrupt);
  try {
    await firstLive;
    if (failure) throw (failure as { error: unknown }).error;
    await begin();
    const end = await settled();
    if (!end) {
      view.stop();
      out.note(`The run goes on. To watch again: flotilla bulk watch ${run.id}`);
      return EXIT.interrupted;
    }
    const until = Date.now() + (sawAny ? LAST_EVENTS_MS : 0);
    while (!sawEnd && Date.now() < until) await woken(200);
    await oneAtATime(() => undefined);
    view.stop();
    const exitCode = end.state === 'completed' ? EXIT.ok : EXIT.failures;
    if (out.json) out.line({ type: 'end', exitCode, aggregate: end });
    else sayEnd(out, end);
    if (end.totals.failed > 0) out.say(`What failed: flotilla bulk accounts ${run.id} --state failed`);
    return exitCode;
  } finally {
    process.off('SIGINT', interrupt);
    view.stop();
    stop.abort();
    await following.catch(() => undefined);
  }
}
