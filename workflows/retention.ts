import { proxyActivities } from '@temporalio/workflow';
import type { RetentionActivities, RetentionCounts } from '../contracts/retention.ts';
import { RETENTION_PARTS } from '../contracts/retention.ts';

const { retainPart } = proxyActivities<RetentionActivities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '5 seconds', maximumInterval: '5 minutes', maximumAttempts: 20 },
});
const { noteRetention } = proxyActivities<RetentionActivities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '5 seconds', maximumInterval: '1 minute', maximumAttempts: 20 },
});

/** Removes what has been kept as long as it should be, part by part. Repeating it at any point removes nothing twice. */
export async function retention(): Promise<RetentionCounts> {
  const counts: RetentionCounts = {};
  for (const part of RETENTION_PARTS) counts[part] = await retainPart({ part });
  await noteRetention({ counts });
  return counts;
}
