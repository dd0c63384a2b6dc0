/**
 * `npm start` and `npm run demo`: set up, then run. One process throughout, so that signals reach it.
 * `node stack/start.mjs [demo] [--no-demo]`
 */
import { ensureSetup, orExplain } from './setup.mjs';

await orExplain(() => ensureSetup());
const { register } = await import('tsx/esm/api');
register();
await import(process.argv[2] === 'demo' ? './demo.ts' : './main.ts');
