/**
 * Takes the pictures of README.md from the stack that runs: the overview, and the page of a task while it runs.
 * `node docs/screenshots.mjs [task id]`; without an id it orders an upload over the demo accounts, a window of four.
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
const data = process.env.FLOTILLA_DATA || join(ROOT, 'data');
const token = (process.env.FLOTILLA_ADMIN_TOKEN || (await readFile(join(data, 'keys', 'admin-token'), 'utf8'))).trim();
const tools = JSON.parse(await readFile(join(ROOT, 'tools', 'paths.json'), 'utf8'));

async function call(method, path, body) {
  const response = await fetch(`${base}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

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

/** Waits until a fifth of the accounts have ended, so that the first rows show more than one state. */
async function untilUnderWay(id) {
  for (;;) {
    const { totals } = await call('GET', `/api/bulk/upload/${id}/aggregate`);
    if (totals.succeeded + totals.partial + totals.failed >= totals.total * 0.2) return;
    await sleep(300);
  }
}

const id = process.argv[2] ?? (await orderUpload());
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH || tools.chromium,
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    deviceScaleFactor: 1.5,
    colorScheme: 'light',
  });
  const page = await context.newPage();
  await page.goto(`${base}/sign-in#token=${token}`);
  await page.waitForURL((url) => url.pathname !== '/sign-in');
  const take = async (path, name) => {
    await page.goto(`${base}${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await sleep(1_500);
    const picture = await page.screenshot({ animations: 'disabled' });
    await sharp(picture)
      .png({ palette: true, compressionLevel: 9, effort: 10 })
      .toFile(join(IMAGES, `${name}.png`));
  };
  await mkdir(IMAGES, { recursive: true });
  await untilUnderWay(id);
  await take(`/tasks/upload/${id}`, 'task');
  await take('/', 'overview');
} finally {
  await browser.close();
}
