import { randomBytes } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { startTestApi, type TestApi } from '../../api/testing.ts';
import { findingsOf } from './axe/index.ts';
import { type DashboardBrowser, openBrowser } from './dashboard-browser.ts';
import { takeShots } from './shots.ts';

jest.setTimeout(120_000);

const MANY = 130;

let api: TestApi;
let browser: DashboardBrowser;
let page: Page;
beforeAll(async () => {
  [api, browser] = await Promise.all([startTestApi(), openBrowser()]);
  page = browser.page;
  const lines = Array.from(
    { length: MANY },
    (_, at) => `sandbox,sailor${at},secret ${at},${at % 2 ? 'crew' : 'trial'}`,
  );
  const form = new FormData();
  form.set('file', new Blob([['platform,username,password,tags', ...lines].join('\n')]), 'accounts.csv');
  const imported = await api.call('/api/accounts/import', { body: form });
  expect(imported.json).toMatchObject({ created: MANY });
  await page.goto(`${api.url}/sign-in#token=${api.deps.keys.adminToken}`);
  await page.getByRole('navigation').first().waitFor();
});
afterAll(async () => {
  await browser?.close();
  await api?.stop();
});

/** A picture that does not compress: three bytes a pixel. */
const noise = (width: number): Promise<Buffer> =>
  sharp(randomBytes(width * width * 3), { raw: { width, height: width, channels: 3 } })
    .png()
    .toBuffer();
const button = (name: string | RegExp) => page.getByRole('button', { name });
const dialog = (name: string | RegExp) => page.getByRole('dialog', { name });
const region = () => page.getByRole('region', { name: 'Chosen accounts' });
const status = (text: string) => page.getByRole('status').getByText(text, { exact: true }).waitFor();
async function choose(field: string, option: string | RegExp): Promise<void> {
  await page
    .getByRole('combobox', { name: field })
    .or(page.getByRole('textbox', { name: field }))
    .first()
    .click();
  await page.getByRole('option', { name: option }).click();
}
const shot = (name: string) => takeShots(page, name);
async function tagged(tag: string): Promise<number> {
  return Number((await api.call(`/api/accounts?limit=1&tag=${tag}`)).json.total);
}

describe('the list of accounts', () => {
  it('keeps every filter in the address, and saves them as a view', async () => {
    await page.goto(`${api.url}/accounts`);
    await status('130 accounts');
    await choose('Tag', /^crew/);
    await status('65 accounts');
    await button('More filters').click();
    await choose('Stored log-in', 'None');
    await choose('Proxy', 'Without a proxy');
    await page.waitForURL(/tag=crew.*session=none.*proxy=none/);
    await status('65 accounts');
    await button('Views').click();
    await dialog('Views').getByLabel('Save the filter as').fill('Crew at rest');
    await shot('accounts-views');
    await button('Save').click();
    await dialog('Views')
      .getByRole('button', { name: /^Crew at rest/ })
      .waitFor();
    await page.keyboard.press('Escape');

    await button('Clear all').click();
    await status('130 accounts');
    await button('Views').click();
    await dialog('Views')
      .getByRole('button', { name: /^Crew at rest/ })
      .click();
    await page.waitForURL(/tag=crew.*session=none.*proxy=none/);
    await status('65 accounts');
    await page.goBack();
    await status('130 accounts');

    await button('Views').click();
    await button('Delete the view Crew at rest').click();
    await page.getByText('No saved views yet.').waitFor();
    await button('Undo').click();
    await page.getByText('Taken back.').waitFor();
    await button('Views').click();
    await dialog('Views')
      .getByRole('button', { name: /^Crew at rest/ })
      .waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
  });

  it('hands out what the filter matches as a file', async () => {
    await page.goto(`${api.url}/accounts?tag=crew`);
    await status('65 accounts');
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Export CSV' }).click();
    const stream = await (await download).createReadStream();
    const text = Buffer.concat(await stream.toArray()).toString('utf8');
    expect(text.trim().split('\n')).toHaveLength(66);
    expect(text).not.toContain('secret');
  });

  it('edits all that match at once, and takes the edit back', async () => {
    await page.getByRole('checkbox', { name: 'Choose all that are loaded' }).click();
    await page.goto(`${api.url}/accounts`);
    await status('130 accounts');
    await page.getByRole('checkbox', { name: 'Choose all that are loaded' }).click();
    await region().getByText('100 accounts chosen').waitFor();
    await shot('accounts-chosen');
    await button('Choose all 130 that match').click();
    await region().getByText('All 130 that match').waitFor();
    await region().getByRole('button', { name: 'Edit' }).click();
    const edit = dialog('Edit 130 accounts');
    expect(await edit.getByRole('button', { name: 'Change' }).isDisabled()).toBe(true);
    await edit.getByLabel('Add tags').first().fill('fleet');
    await page.keyboard.press('Enter');
    await choose('Quiet hours', 'Set');
    await choose('Limits', 'Set some');
    await edit.getByLabel('Posts a day').fill('4');
    await shot('accounts-edit');
    await edit.getByRole('button', { name: 'Change' }).click();
    await edit.getByText('Give both times.').waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await choose('Quiet hours', 'Leave as they are');
    await edit.getByRole('button', { name: 'Change' }).click();
    await page.getByText('130 accounts changed.').waitFor();
    expect(await tagged('fleet')).toBe(MANY);
    await button('Undo').click();
    await page.getByText('Taken back.').waitFor();
    expect(await tagged('fleet')).toBe(0);
  });

  it('says which accounts an edit left as they are, and why', async () => {
    const [first] = (await api.call('/api/accounts?limit=1')).json.items as unknown as {
      id: string;
      username: string;
    }[];
    await api.deps.db.account.update({ where: { id: first!.id }, data: { status: 'blocked' } });
    await page.goto(`${api.url}/accounts?status=blocked`);
    await status('1 account');
    await page.getByRole('checkbox', { name: `Choose ${first!.username}` }).click();
    await region().getByRole('button', { name: 'Edit' }).click();
    await choose('Pause or resume', 'Pause');
    await button('Change').click();
    const refused = dialog('1 account was left as it is');
    await refused.getByText(/out of use already/).waitFor();
    await shot('accounts-refused');
    await refused.getByRole('button', { name: 'Close' }).last().click();
  });

  it('deletes many only when their number was typed', async () => {
    await page.goto(`${api.url}/accounts?q=sailor12`);
    await status('11 accounts');
    await page.getByRole('checkbox', { name: 'Choose all that are loaded' }).click();
    await region().getByRole('button', { name: 'Delete' }).click();
    const question = dialog('Delete 11 accounts?');
    await question.getByLabel('Type 11 to go on').fill('10');
    expect(await question.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true);
    await question.getByLabel('Type 11 to go on').fill('11');
    await shot('accounts-delete');
    await question.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('11 deleted, 0 archived.').waitFor();
    await page.getByText('No account matches').waitFor();
    expect((await api.call('/api/accounts?limit=1')).json.total).toBe(MANY - 11);
    expect(await region().count()).toBe(0);
  });
});

describe('media', () => {
  /** Stands before the API and cuts every connection that has sent so many bytes. */
  let line: { url: string; limit: number; taken: number; close(): void };
  // On the disk, as a file is told from another also by the time of its last change.
  let file: string;
  beforeAll(async () => {
    file = join(api.dataFolder, 'harbour.png');
    await writeFile(file, await noise(600));
    const port = Number(new URL(api.url).port);
    const server = createServer((client) => {
      const onward = connect(port, '127.0.0.1');
      let sent = 0;
      client.on('data', (chunk) => {
        sent += chunk.length;
        line.taken += chunk.length;
        if (sent > line.limit) client.destroy();
      });
      client.pipe(onward).pipe(client);
      for (const [one, other] of [
        [client, onward],
        [onward, client],
      ] as const) {
        one.on('error', () => other.destroy()).on('close', () => other.destroy());
      }
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    line = { url, limit: Number.POSITIVE_INFINITY, taken: 0, close: () => server.close() };
    await page.goto(`${url}/sign-in#token=${api.deps.keys.adminToken}`);
    await page.getByRole('navigation').first().waitFor();
  });
  afterAll(() => line?.close());

  // While there is no media, the way to add some is offered twice.
  const files = () => page.getByLabel('Media files').first();
  const uploads = () => page.getByRole('region', { name: 'Uploads' });
  const inLibrary = async () =>
    (await api.call('/api/media')).json.items as unknown as { fileName: string; bytes: number }[];

  it('goes on with an upload whose connection is cut, and after a reload when the file is chosen again', async () => {
    await page.goto(`${line.url}/media`);
    await page.getByText('No media yet').waitFor();
    line.limit = 400_000;
    line.taken = 0;
    await files().setInputFiles(file);
    await uploads().getByText('Connection lost, goes on by itself').waitFor();
    line.limit = 0;
    await shot('media-interrupted');
    await page.goto('about:blank');
    line.limit = Number.POSITIVE_INFINITY;
    await page.goto(`${line.url}/media`);
    const asked = page.waitForRequest((request) => request.method() === 'HEAD');
    await files().setInputFiles(file);
    await asked;
    await uploads().getByText('Done').waitFor();
    expect(await inLibrary()).toMatchObject([{ fileName: 'harbour.png', bytes: (await stat(file)).size }]);

    line.limit = 600_000;
    line.taken = 0;
    await files().setInputFiles({ name: 'second.png', mimeType: 'image/png', buffer: await noise(601) });
    await uploads().getByText('Connection lost, goes on by itself').waitFor();
    await uploads().getByText('2 of 2').waitFor({ timeout: 30_000 });
    expect(await inLibrary()).toHaveLength(2);
    // Begun anew after each cut it would never have come to an end.
    expect(line.taken).toBeGreaterThan(line.limit);
    line.limit = Number.POSITIVE_INFINITY;
  });

  it('says why a file is refused, and lets it be tried again', async () => {
    await files().setInputFiles({ name: 'notes.png', mimeType: 'image/png', buffer: Buffer.from('notes') });
    await uploads().getByRole('alert').waitFor();
    await button('Try notes.png again').click();
    await uploads().getByRole('alert').waitFor();
    expect(await inLibrary()).toHaveLength(2);
    expect(await findingsOf(page)).toEqual([]);
  });

  it('shows a variant over its source and beside it, with its likeness', async () => {
    const [{ id }] = (await api.call('/api/media?q=second')).json.items as unknown as [{ id: string }];
    const source = await api.deps.db.mediaAsset.findUniqueOrThrow({ where: { id } });
    for (const [name, ssim] of [
      ['warm', 0.9731],
      ['cold', 0.9412],
    ] as const) {
      const bytes = await sharp(await noise(601))
        .resize(480)
        .modulate({ hue: name === 'warm' ? 30 : 200 })
        .jpeg()
        .toBuffer();
      const { sha256 } = await api.deps.media.receive([bytes] as never, { maxBytes: 10_000_000 });
      const probe = { ...(source.probe as object), width: 480, height: 480 };
      await api.deps.db.mediaVariant.create({
        data: { assetId: id, recipeHash: name, recipe: {}, sha256, bytes: bytes.length, probe, ssim },
      });
    }
    await page.goto(`${line.url}/media?open=${id}`);
    await shot('media-variants');
    await button(/SSIM.*0\.973/).click();
    const compare = dialog('For several accounts');
    await compare.getByText('0.973').waitFor();
    await compare.getByRole('slider', { name: 'Border between source and variant' }).press('ArrowRight');
    await compare.getByRole('img', { name: 'Variant' }).waitFor();
    await shot('media-compare');
    expect(await findingsOf(page)).toEqual([]);
    await button('Previous variant').click();
    await compare.getByText('0.941').waitFor();
    await compare.getByText('Side by side').click();
    await page.waitForURL(/compare=beside/);
    await shot('media-beside');
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.search.includes('variant='));
  });
});

describe('schedules', () => {
  beforeAll(async () => {
    const rows = [
      ['Mornings', { cron: '0 9 * * *' }, 'Asia/Tokyo'],
      ['Nights', { cron: '30 23 * * *' }, 'Europe/Berlin'],
      ['Look around', { everyMinutes: 30 }, 'UTC'],
    ] as const;
    for (const [name, spec, timeZone] of rows) {
      const order = { accounts: { tag: 'crew' }, params: {} };
      await api.deps.db.schedule.create({ data: { name, kind: 'login', order, spec, timeZone, overlap: 'skip' } });
    }
  });
  const calendar = () => page.getByRole('region', { name: 'Calendar' });
  const runs = (name: RegExp) => calendar().getByRole('link', { name });

  it('stand in a week, in the time zone that is chosen, and open from there', async () => {
    await page.goto(`${api.url}/schedules`);
    await page.getByText('Calendar', { exact: true }).click();
    await page.waitForURL(/view=calendar/);
    await button('The week after').click();
    await page.waitForURL(/week=/);
    await choose('Time zone', 'UTC');
    await runs(/^00:00.*Mornings.*09:00 there \(Asia\/Tokyo\)/)
      .first()
      .waitFor();
    expect(await runs(/Mornings/).count()).toBe(7);
    expect(await runs(/48 times that day.*Look around/).count()).toBe(7);
    await shot('schedules-calendar');
    expect(await findingsOf(page)).toEqual([]);
    await page.getByRole('combobox', { name: 'Time zone' }).fill('Tokyo');
    await page.getByRole('option', { name: 'Asia/Tokyo' }).click();
    await runs(/^09:00.*Mornings/)
      .first()
      .waitFor();
    await runs(/Nights/)
      .first()
      .click();
    await page.waitForURL(/\/schedules\/[0-9a-f-]{36}\?.*zone=Asia/);
    await dialog('Nights').waitFor();
  });

  it('are edited where they are looked at', async () => {
    await dialog('Nights').getByRole('button', { name: 'Edit' }).click();
    const edit = dialog('Edit Nights');
    expect(await edit.getByLabel('Time', { exact: true }).inputValue()).toBe('23:30');
    await edit.getByLabel('Name').fill('Late nights');
    await edit.getByLabel('Time', { exact: true }).fill('22:15');
    await shot('schedules-edit');
    await edit.getByRole('button', { name: 'Save' }).click();
    await page
      .getByText('Late nights: Every day at 22:15, Europe/Berlin.')
      .or(page.getByText(/Late nights: .*22:15/))
      .first()
      .waitFor();
    const row = await api.deps.db.schedule.findFirstOrThrow({ where: { name: 'Late nights' } });
    expect(row).toMatchObject({ spec: { cron: '15 22 * * *' }, timeZone: 'Europe/Berlin', overlap: 'skip' });
    await page.keyboard.press('Escape');
    await runs(/Late nights/)
      .first()
      .waitFor();
  });
});

it('no page complained', () => expect(browser.complaints.list).toEqual([]));
