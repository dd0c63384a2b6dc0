import { Agent, get } from 'node:http';
import { createHistogram } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Told {
  requests: number;
  /** Milliseconds from the moment at which a request was due. */
  median: number;
  p99: number;
  longest: number;
  /** Answers other than 200, and requests without an answer. */
  wrong: number;
}

const MICROSECONDS = 1_000;

function ask(url: string, authorization: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: { authorization } }, (response) => {
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.on('error', reject);
      response.resume();
    }).on('error', reject);
  });
}

/**
 * Requests at evenly spaced moments, whether or not earlier ones were answered, as many people send them; each takes the next
 * of the paths. What a late answer delays counts too: time is taken from when a request was due. Generators that wait for
 * answers, or send a second's share at its beginning, measure something else.
 */
export async function openLoad(options: {
  url: string;
  authorization: string;
  paths: readonly string[];
  perSecond: number;
  seconds: number;
}): Promise<Told> {
  const { url, authorization, paths, perSecond, seconds } = options;
  const agent = new Agent({ keepAlive: true });
  const times = createHistogram();
  const count = perSecond * seconds;
  const asked: Promise<void>[] = [];
  let wrong = 0;
  const start = performance.now();
  for (let i = 0; i < count; i += 1) {
    const due = start + (i * 1_000) / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await sleep(wait);
    const one = async () => {
      const status = await ask(`${url}${paths[i % paths.length]}`, authorization, agent).catch(() => 0);
      if (status !== 200) wrong += 1;
      times.record(Math.max(1, Math.round((performance.now() - due) * MICROSECONDS)));
    };
    asked.push(one());
  }
  await Promise.all(asked);
  agent.destroy();
  const ms = (microseconds: number) => microseconds / MICROSECONDS;
  return {
    requests: count,
    median: ms(times.percentile(50)),
    p99: ms(times.percentile(99)),
    longest: ms(times.max),
    wrong,
  };
}
