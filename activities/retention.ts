import { z } from 'zod';
import type { RetentionActivities } from '../contracts/retention.ts';
import { retentionBatchSchema } from '../contracts/retention.ts';
import { beating } from './heartbeat.ts';
import type { HostLink } from './link.ts';

/** The API removes rows together with their files, a batch a call; this goes on until nothing is over. */
export function createRetentionActivities({ link }: { link: Pick<HostLink, 'call'> }): RetentionActivities {
  return {
    retainPart: ({ part }) =>
      beating(async ({ signal }) => {
        let removed = 0;
        for (;;) {
          signal.throwIfAborted();
          const batch = await link.call('POST', '/api/worker/retention', { part }, retentionBatchSchema);
          removed += batch.removed;
          if (!batch.more) return removed;
        }
      }),
    async noteRetention({ counts }) {
      await link.call('PUT', '/api/worker/retention', { counts }, z.object({ noted: z.literal(true) }));
    },
  };
}
