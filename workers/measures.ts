import { statfs } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;

/** What a process of any role can say of itself. Shares and delays are those since the last reading. */
export function createMeasures(cacheFolder: string) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let lastCpu = process.cpuUsage();
  let lastAt = Date.now();

  /** Of one core: 1.5 are one and a half. */
  function cpuShare(): number {
    const used = process.cpuUsage(lastCpu);
    const elapsedMs = Math.max(1, Date.now() - lastAt);
    lastCpu = process.cpuUsage();
    lastAt = Date.now();
    return Math.round(((used.user + used.system) / 1_000 / elapsedMs) * 1_000) / 1_000;
  }

  /** How late the slowest hundredth of its turns came, milliseconds; above some 100 the process is overloaded. */
  function eventLoopDelayMs(): number {
    // The histogram counts whole waits, the ones that were asked for included.
    const ms = Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION_MS);
    delay.reset();
    return Number.isFinite(ms) ? Math.round(ms * 10) / 10 : 0;
  }

  async function diskFree(): Promise<{ diskFreeBytes?: number }> {
    try {
      const { bavail, bsize } = await statfs(cacheFolder);
      return { diskFreeBytes: bavail * bsize };
    } catch {
      return {};
    }
  }

  return async (): Promise<Record<string, number>> => {
    const memory = process.memoryUsage();
    return {
      cpu: cpuShare(),
      rssBytes: memory.rss,
      heapBytes: memory.heapUsed,
      eventLoopDelayMs: eventLoopDelayMs(),
      ...(await diskFree()),
    };
  };
}
