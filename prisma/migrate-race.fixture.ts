/** One process that migrates the database of DATABASE_URL as every start does. */
import { migrate } from './migrate.ts';

process.once('message', async () => {
  try {
    const applied = await migrate(process.env.DATABASE_URL ?? '');
    process.send?.({ applied });
  } catch (error) {
    process.send?.({ error: String(error) });
  }
  process.disconnect();
});
process.send?.('ready');
