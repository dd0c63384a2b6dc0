import type { DataConverter } from '@temporalio/common';
import type { OpenTelemetrySinks } from '@temporalio/interceptors-opentelemetry';
import type { ActivityInterceptorsFactory, InjectedSinks, NativeConnection, Worker } from '@temporalio/worker';
import type { HostLink } from '../activities/link.ts';
import type { Env } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';

/** How the spans of workflows leave their sandbox. */
export type WorkflowSpanSinks = Pick<OpenTelemetrySinks, 'exporter'>;

/** What a role is given to work with. */
export interface RoleParts {
  env: Env;
  log: Logger;
  link: HostLink;
  connection: NativeConnection;
  hostName: string;
  /** How payloads are written and read; as plain JSON unless given. */
  dataConverter?: DataConverter;
  /** See every activity of the role's workers. */
  activityInterceptors?: ActivityInterceptorsFactory[];
  /** Takes the spans of the role's workflows. */
  workflowSpans?: InjectedSinks<WorkflowSpanSinks>;
}

/** A role's workers and what belongs to them. */
export interface Role {
  workers: Worker[];
  /** Of the workers the one that serves what is held: it goes on, when no new work is taken, until nothing is left. */
  holder?: { worker: Worker; held(): number };
  taskQueues: string[];
  slots: number;
  /** Live numbers, `usedSlots` among them. */
  measure(): Record<string, number>;
  /** After the workers have stopped: closes what the role opened. */
  close(): Promise<void>;
}

/** How long activities under way may take once a worker shuts down, milliseconds; then they are broken off. */
export function graceTime({ FLOTILLA_DRAIN_SECONDS }: Env, mostSeconds: number): number {
  return Math.min(FLOTILLA_DRAIN_SECONDS, mostSeconds) * 1_000;
}
