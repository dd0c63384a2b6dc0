import pg from 'pg';
import { chromium } from 'playwright-core';
import { findChromium, launchArgs } from '../activities/browser/chromium.ts';
import { startTestStack } from '../stack/testing.ts';
import { fillLargeTask } from './api-data.ts';
import { type Load, load, observe, type Scroll, scroll } from './dashboard-page.ts';
import { machine, table } from './report.ts';

/**
 * The dashboard in a real Chromium that has never seen it: until a page can be used, and how a list of 100,000 rows
 * scrolls against one of ten. `npx tsx bench/dashboard.ts [rows] [loads]`
 */
const [rows = 100_000, loads = 5] = process.argv.slice(2).map(Number);
const FEW = 10;
const FRAMES = 240;

const stack = await startTestStack({
  parts: ['postgres', 'temporal', 'prepare', 'api', 'orchestrator'],
  env: { FLOTILLA_RATE_LIMIT_PER_MINUTE: '1000000', FLOTILLA_DEMO: '0' },
});
const pool = new pg.Pool({ connectionString: stack.databaseUrl });
const executablePath = findChromium();
const browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args: launchArgs() });

/** A browser with empty caches, signed in without having read a script. */
async function freshPage() {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
  const answer = await context.request.post(`${stack.apiUrl}/api/auth/sign-in`, { data: { token: stack.adminToken } });
  if (!answer.ok()) throw new Error(`Not signed in: ${answer.status()}`);
  const page = await context.newPage();
  await observe(page);
  return page;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** Medians of several cold loads. */
async function coldLoads(path: string): Promise<Load> {
  const all: Load[] = [];
  for (let n = 0; n < loads; n += 1) {
    const page = await freshPage();
    all.push(await load(page, `${stack.apiUrl}${path}`));
    await page.context().close();
  }
  const of = (name: keyof Load): number => median(all.map((one) => one[name]));
  return {
    headingMs: of('headingMs'),
    interactiveMs: of('interactiveMs'),
    scriptKilobytes: of('scriptKilobytes'),
    shift: of('shift'),
    longestTaskMs: of('longestTaskMs'),
  };
}

async function scrolled(path: string): Promise<Scroll> {
  const all: Scroll[] = [];
  for (let n = 0; n < 3; n += 1) {
    const page = await freshPage();
    await load(page, `${stack.apiUrl}${path}`);
    await page.locator('[role="rowgroup"] [role="row"]').first().waitFor();
    all.push(await scroll(page, FRAMES));
    await page.context().close();
  }
  return {
    longestTaskMs: median(all.map(({ longestTaskMs }) => longestTaskMs)),
    droppedPercent: median(all.map(({ droppedPercent }) => droppedPercent)),
  };
}

try {
  const taskId = await fillLargeTask(pool, rows);
  const task = `/tasks/upload/${taskId}`;
  await coldLoads('/');
  const pages: [name: string, path: string][] = [
    ['overview', '/'],
    [`accounts, ${rows.toLocaleString('en')}`, '/accounts'],
    [`bulk task, ${rows.toLocaleString('en')} account tasks`, task],
  ];
  const lines: string[][] = [];
  for (const [name, path] of pages) {
    const one = await coldLoads(path);
    lines.push([
      name,
      one.headingMs.toFixed(0),
      one.interactiveMs.toFixed(0),
      one.scriptKilobytes.toFixed(0),
      one.shift.toFixed(4),
      one.longestTaskMs.toFixed(0),
    ]);
  }
  console.log(`\n### Cold loads, medians of ${loads} (${machine()})\n`);
  console.log(
    table(['page', 'heading, ms', 'interactive, ms', 'script, kB gzip', 'layout shift', 'longest task, ms'], lines),
  );

  const many = [await scrolled('/accounts'), await scrolled(task)] as const;
  await pool.query('DELETE FROM "AccountTask" WHERE ordinal >= $1', [FEW]);
  await pool.query('UPDATE "BulkTask" SET total = $1', [FEW]);
  await pool.query('DELETE FROM "Account" WHERE id NOT IN (SELECT "accountId" FROM "AccountTask")');
  const few = [await scrolled('/accounts'), await scrolled(task)] as const;
  const line = (name: string, large: Scroll, small: Scroll): string[] => [
    name,
    ...[large, small].flatMap(({ longestTaskMs, droppedPercent }) => [
      longestTaskMs.toFixed(0),
      droppedPercent.toFixed(1),
    ]),
    ((100 - small.droppedPercent) / Math.max(1, 100 - large.droppedPercent)).toFixed(2),
  ];
  console.log(`\n### Scrolling for ${FRAMES} frames: ${rows.toLocaleString('en')} rows against ${FEW}\n`);
  console.log(
    table(
      ['list', 'longest task, ms', 'dropped, %', `of ${FEW}: longest, ms`, 'dropped, %', 'time a frame, ratio'],
      [line('accounts', many[0], few[0]), line('bulk task', many[1], few[1])],
    ),
  );
} finally {
  await browser.close();
  await pool.end();
  await stack.stop();
}
