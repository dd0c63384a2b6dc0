/** The states of bulk tasks and account tasks, and which of them are final. */
export const BULK_STATES = [
  'draft',
  'scheduled',
  'running',
  'paused',
  'completed',
  'completed_with_failures',
  'cancelled',
  'failed',
] as const;
export type BulkState = (typeof BULK_STATES)[number];

export const FINAL_BULK_STATES = ['completed', 'completed_with_failures', 'cancelled', 'failed'] as const;

export function isFinalBulkState(state: BulkState): boolean {
  return (FINAL_BULK_STATES as readonly string[]).includes(state);
}

export const ACCOUNT_TASK_STATES = [
  'pending',
  'running',
  'paced',
  'parked',
  'succeeded',
  'partial',
  'failed',
  'skipped',
  'cancelled',
] as const;
export type AccountTaskState = (typeof ACCOUNT_TASK_STATES)[number];

export const FINAL_ACCOUNT_TASK_STATES = ['succeeded', 'partial', 'failed', 'skipped', 'cancelled'] as const;
export type FinalAccountTaskState = (typeof FINAL_ACCOUNT_TASK_STATES)[number];

export function isFinalAccountTaskState(state: AccountTaskState): state is FinalAccountTaskState {
  return (FINAL_ACCOUNT_TASK_STATES as readonly string[]).includes(state);
}

export const ACCOUNT_STATUSES = ['new', 'active', 'bad_credentials', 'challenged', 'blocked', 'disabled'] as const;
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number];

/** `total` and one number a state. */
export type Totals = Record<'total' | AccountTaskState, number>;

export function emptyTotals(): Totals {
  return {
    total: 0,
    pending: 0,
    running: 0,
    paced: 0,
    parked: 0,
    succeeded: 0,
    partial: 0,
    failed: 0,
    skipped: 0,
    cancelled: 0,
  };
}
