/**
 * Takes the pictures of README.md from the stack that runs, with its demo data: `node docs/screenshots.mjs`.
 * The sandbox site is made to misbehave first, for the pages to have something to tell; nothing of it is drawn by hand.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const IMAGES = join(ROOT, 'docs', 'images');
const base = `http://localhost:${process.env.PORT || 3000}`;
const site = process.env.SANDBOX_URL || `http://127.0.0.1:${process.env.SANDBOX_PORT || 4600}`;
const data = process.env.FLOTILLA_DATA || join(ROOT, 'data');
const token = (process.env.FLOTILLA_ADMIN_TOKEN || (await readFile(join(data, 'keys', 'admin-token'), 'utf8'))).trim();
const tools = JSON.parse(await readFile(join(ROOT, 'tools', 'paths.json'), 'utf8'));

/** What the site does to the demo accounts: one is asked for a code, one is suspended, one finds its buttons elsewhere. */
const FAULTS = [
  { fault: 'challenge', username: 'demo3', count: 1 },
  { fault: 'suspend', username: 'demo5', count: 1 },
  { fault: 'move-buttons', username: 'demo7' },
  { fault: 'drop-after', username: 'demo11', count: 1 },
];

async function send(address, method, body, headers = {}) {
  const response = await fetch(address, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${await response.text()}`);
  return response.json();
}
const call = (method, path, body) => send(`${base}${path}`, method, body, { authorization: `Bearer ${token}` });
const setFaults = (faults) => send(`${site}/_control/faults`, 'POST', { faults });

async function orderUpload() {
  const { items } = await call('GET', '/api/media?limit=50');
  const mediaIds = items.filter(({ kind }) => kind === 'video').map(({ id }) => id);
  const { id } = await call('POST', '/api/bulk/upload', {
    name: 'Harbour films, week 47',
    accounts: { tag: 'demo' },
    params: { mediaIds, perAccount: mediaIds.length, captions: ['{Good morning|Ahoy} from {{username}}'] },
    window: 4,
  });
  await call('POST', `/api/bulk/upload/${id}/start`, {});
  return id;
}

async function until(id, condition) {
  for (;;) {
    const { totals } = await call('GET', `/api/bulk/upload/${id}/aggregate`);
    if (condition(totals)) return;
    await sleep(300);
  }
}
const ended = ({ succeeded, partial, failed }) => succeeded + partial + failed;
const failedOf = async (id) => (await call('GET', `/api/bulk/upload/${id}/accounts?state=failed&limit=1`)).items[0];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH || tools.chromium,
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});

/** Takes pictures in one theme; `open` brings the page to what is worth a look. */
async function pictures(colorScheme) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    deviceScaleFactor: 1.5,
    locale: 'en-GB',
    colorScheme,
  });
  const page = await context.newPage();
  await page.goto(`${base}/sign-in#token=${token}`);
  await page.waitForURL((url) => url.pathname !== '/sign-in');
  return async (path, name, open = async () => {}) => {
    await page.goto(`${base}${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await sleep(1_500);
    await open(page);
    const picture = await page.screenshot({ animations: 'disabled' });
    await sharp(picture)
      .png({ palette: true, compressionLevel: 9, effort: 10 })
      .toFile(join(IMAGES, `${name}.png`));
  };
}

try {
  await mkdir(IMAGES, { recursive: true });
  const light = await pictures('light');
  const dark = await pictures('dark');
  await setFaults(FAULTS);
  const id = await orderUpload();
  const task = `/tasks/upload/${id}`;
  // A fifth of the accounts have ended: the first rows show more than one state.
  await until(id, (totals) => ended(totals) >= totals.total * 0.2);
  await light(task, 'task');
  await light('/', 'overview');
  await until(id, (totals) => totals.parked > 0);
  await light('/inbox', 'inbox');
  await until(id, (totals) => ended(totals) + totals.parked === totals.total);
  await light(`${task}/accounts/${(await failedOf(id)).id}`, 'account-task');
  await dark('/accounts', 'accounts');
  await dark('/performance', 'performance');
} finally {
  await setFaults([]).catch(() => {});
  await browser.close();
}
