import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import type { Aggregate } from '../contracts/bulk.ts';
import { FINAL_ACCOUNT_TASK_STATES } from '../contracts/states.ts';
import type { Output } from './output.ts';
import { lengthWords, timeWords } from './words.ts';

/** Without a terminal that shows a bar, a line so often while something moves. */
const LINE_GAP_MS = 10_000;
/** The rate is that of the last minute. */
const RATE_SPAN_MS = 60_000;

export const endedOf = ({ totals }: Pick<Aggregate, 'totals'>): number =>
  FINAL_ACCOUNT_TASK_STATES.reduce((sum, state) => sum + totals[state], 0);

/** Account tasks a minute, from how many had ended at which time. */
export function createRate(now: () => number = Date.now): (ended: number) => number | null {
  let seen: { at: number; ended: number }[] = [];
  return (ended) => {
    const at = now();
    seen = [...seen.filter((one) => at - one.at <= RATE_SPAN_MS), { at, ended }];
    const [first] = seen;
    if (!first || at - first.at < 1_000) return null;
    return ((ended - first.ended) / (at - first.at)) * 60_000;
  };
}

/** `12 succeeded, 1 failed, 3 paced`: what there is none of is left out. */
export function totalsWords({ totals }: Pick<Aggregate, 'totals'>): string {
  const shown = ['succeeded', 'partial', 'failed', 'skipped', 'cancelled', 'running', 'paced', 'parked'] as const;
  const parts = shown.filter((state) => totals[state] > 0).map((state) => `${totals[state]} ${state}`);
  return parts.join(', ') || 'nothing has begun';
}

export interface RunView {
  show(aggregate: Aggregate): void;
  /** A line that stays, above the bar where there is one; free of control characters but colours. */
  say(line: string): void;
  /** Takes the bar away. */
  stop(): void;
}

/** What a watched run looks like in a terminal: a bar with the totals, and lines above it. */
export function createRunView(out: Output): RunView {
  const rateOf = createRate();
  const bars = out.live
    ? new MultiBar(
        { format: '{bar} {value}/{total}  {words}', barsize: 24, hideCursor: true, clearOnComplete: true },
        Presets.shades_classic,
      )
    : undefined;
  let bar: SingleBar | undefined;
  let saidAt = 0;
  let said = '';

  function wordsOf(aggregate: Aggregate): string {
    const rate = rateOf(endedOf(aggregate));
    const { state, etaSeconds } = aggregate;
    return [
      ...(state === 'running' ? [] : [state]),
      totalsWords(aggregate),
      ...(rate ? [`${rate < 10 ? rate.toFixed(1) : Math.round(rate)}/min`] : []),
      ...(etaSeconds === null || state !== 'running' ? [] : [`about ${lengthWords(etaSeconds)} to go`]),
    ].join('  ');
  }

  return {
    show(aggregate) {
      const { total } = aggregate.totals;
      const words = wordsOf(aggregate);
      if (bars) {
        bar ??= bars.create(total, 0, { words: '' });
        bar.setTotal(total);
        bar.update(endedOf(aggregate), { words });
        return;
      }
      const line = `${endedOf(aggregate)}/${total}  ${words}`;
      if (line === said || Date.now() - saidAt < LINE_GAP_MS) return;
      saidAt = Date.now();
      said = line;
      out.say(line);
    },
    say(line) {
      if (bars) bars.log(`${line}\n`);
      else out.say(line);
    },
    stop: () => bars?.stop(),
  };
}

/** What a person wants to know of a run that has ended. */
export function sayEnd(out: Output, aggregate: Aggregate): void {
  const { startedAt, finishedAt, counters, state, stateReason } = aggregate;
  const seconds = startedAt && finishedAt ? (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000 : null;
  const colour = state === 'completed' ? out.colours.green : out.colours.red;
  out.say(colour(state.replaceAll('_', ' ')));
  out.fields([
    ['accounts', `${aggregate.totals.total}: ${totalsWords(aggregate)}`],
    [
      'counted',
      Object.entries(counters)
        .map(([name, number]) => `${number} ${name}`)
        .join(', '),
    ],
    ['reason', stateReason],
    ['finished', timeWords(finishedAt)],
    ['took', seconds === null ? null : lengthWords(seconds)],
  ]);
}
