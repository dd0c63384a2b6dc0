import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import proto from '@temporalio/proto';
import type { Bench } from '../support/bench.ts';

const FOLDER = fileURLToPath(new URL('./histories/', import.meta.url));

/** Stores the history of a run that carries the search attributes. @throws Error when it does not */
export async function store(bench: Bench, workflowId: string, label: string): Promise<void> {
  const handle = bench.temporal.workflow.getHandle(workflowId);
  const { type } = await handle.describe();
  const history = await handle.fetchHistory();
  const searched = history.events?.[0]?.workflowExecutionStartedEventAttributes?.searchAttributes?.indexedFields ?? {};
  if (!('BulkTaskId' in searched)) throw new Error(`${type} has no search attributes.`);
  const path = join(FOLDER, `${type}-${label}.pb.gz`);
  const { History } = proto.temporal.api.history.v1;
  await writeFile(path, gzipSync(History.encode(history).finish(), { level: 9 }));
  console.log(path);
}
