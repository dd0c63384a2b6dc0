import { startTestApi, type TestApi } from '../../api/testing.ts';
import { type DashboardBrowser, openBrowser } from '../e2e/dashboard-browser.ts';

let api: TestApi;
let browser: DashboardBrowser;
beforeAll(async () => {
  api = await startTestApi();
  browser = await openBrowser();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await api?.stop();
});

it('the documentation page explains itself, finds its parts and loads nothing from elsewhere', async () => {
  const { page, complaints } = browser;
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(api.url) && !request.url().startsWith('data:')) foreign.push(request.url());
  });
  await page.goto(`${api.url}/api/docs/#/Accounts/listAccounts`);
  for (const heading of ['Signing in', 'Errors', 'Pages', 'Calls that create, sent again', 'Events']) {
    await page.getByRole('heading', { name: heading, exact: true }).waitFor();
  }
  await page.getByText('Needs the role viewer, or the scope').waitFor();
  await page.getByText('"nextCursor"').first().waitFor();
  // Examples must not become filters of a call that somebody tries.
  await page.getByRole('button', { name: 'Try it out' }).click();
  expect(await page.getByPlaceholder('cursor').inputValue()).toBe('');
  expect(await page.getByPlaceholder('tag', { exact: true }).inputValue()).toBe('');
  await page.getByPlaceholder('Filter by tag').fill('Inbox');
  await page.getByText('Ways out into the net').waitFor({ state: 'detached' });
  await page.getByText('Challenges that wait for a person').waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.locator('html').evaluate(({ scrollWidth }) => scrollWidth)).toBe(390);
  expect({ foreign, complaints: complaints.list }).toEqual({ foreign: [], complaints: [] });
});
