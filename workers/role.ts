import type { NativeConnection, Worker } from '@temporalio/worker';
import type { HostLink } from '../activities/link.ts';
import type { Env } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';

/** What a role is given to work with. */
export interface RoleParts {
  env: Env;
  log: Logger;
  link: HostLink;
  connection: NativeConnection;
  hostName: string;
}

/** A role's workers and what belongs to them. */
export interface Role {
  workers: Worker[];
  taskQueues: string[];
  slots: number;
  measure(): Record<string, number>;
  /** After the workers have stopped: closes what the role opened. */
  close(): Promise<void>;
}
