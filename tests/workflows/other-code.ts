import { sleep } from '@temporalio/workflow';

/** Workflows under the names of the staged kind that do something else: what a careless upgrade would bring. */
export async function bulkStaged(): Promise<void> {
  await sleep('1 day');
}

export const accountStaged = bulkStaged;
