import type { Logger as TemporalLogger } from '@temporalio/worker';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { Logger } from '../config/logger.ts';

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** Temporal's own log lines, in ours. */
export function temporalLogger(log: Logger): TemporalLogger {
  return new DefaultLogger('INFO', ({ level, message, meta }) => {
    const { error, ...rest } = (meta ?? {}) as { error?: unknown };
    log[LEVELS[level]]({ ...rest, ...(error === undefined ? {} : { reason: String(error) }) }, message);
  });
}

/**
 * Installs the process-wide runtime; call once, before any worker is made. Signals are ours to handle.
 * @param metricsPort where the SDK serves its own metrics on the loopback address, named as Prometheus wants them
 */
export function installRuntime(log: Logger, metricsPort?: number): void {
  Runtime.install({
    logger: temporalLogger(log),
    shutdownSignals: [],
    ...(metricsPort === undefined
      ? {}
      : {
          telemetryOptions: {
            metrics: {
              prometheus: {
                bindAddress: `127.0.0.1:${metricsPort}`,
                countersTotalSuffix: true,
                unitSuffix: true,
                useSecondsForDurations: true,
              },
            },
          },
        }),
  });
}
