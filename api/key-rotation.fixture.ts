/** A rotation in a process of its own that tells of its second batch and then waits to be killed. */
import { readEnv } from '../config/env.ts';
import { rotateKeys } from './key-rotation.ts';

const env = readEnv();
let batches = 0;
await rotateKeys(env, env.DATABASE_URL ?? '', {
  async onBatch(resealed) {
    batches += resealed > 0 ? 1 : 0;
    if (batches < 2) return;
    process.send?.('in the middle');
    await new Promise(() => setInterval(() => undefined, 1_000));
  },
});
