import { pino } from 'pino';
import { findChromium } from './chromium.ts';
import { createBrowserPool } from './pool.ts';

/** A small worker for the pool's test: holds two contexts and waits to be killed. */
const pool = createBrowserPool({
  maxBrowsers: 1,
  maxContextsPerBrowser: 2,
  executablePath: findChromium() ?? '',
  workFolder: process.argv[2] ?? '',
  log: pino({ level: 'silent' }),
});
for (const _ of [1, 2]) {
  const { context } = await pool.acquireContext({});
  await context.newPage();
}
console.log('ready');
setInterval(() => {}, 60_000);
