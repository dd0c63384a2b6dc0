import type { Logger as TemporalLogger } from '@temporalio/worker';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { Logger } from '../config/logger.ts';
import { temporalFields } from './log-fields.ts';

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** Temporal's own log lines and those of workflows, in ours; a workflow's are not repeated by its replay. */
export function temporalLogger(log: Logger): TemporalLogger {
  return new DefaultLogger('INFO', ({ level, message, meta }) => {
    log[LEVELS[level]](temporalFields(meta ?? {}), message);
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
