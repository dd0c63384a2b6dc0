import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { createLogger } from '../../config/logger.ts';
import type { FromHost, LiveInput, ToHost } from '../../contracts/live-view.ts';
import type { Attended, AttendRequest } from '../sessions/manager.ts';
import { findChromium, launchArgs } from './chromium.ts';
import { createLiveViews } from './live-views.ts';

jest.setTimeout(60_000);

const ID = '00000000-0000-4000-8000-00000000000';
const view = `${ID}1`;
const accountTaskId = `${ID}2`;
const order: ToHost = {
  type: 'take-over',
  view,
  accountTaskId,
  accountId: `${ID}3`,
  platform: 'sandbox',
  fencingToken: '1',
};
const FORM = `<!doctype html><title>Form</title><body style="margin:0">
  <input id="field" style="position:absolute;left:20px;top:20px;width:200px;height:30px">
  <button style="position:absolute;left:20px;top:80px;width:100px;height:30px" onclick="document.title='Pressed'">Go</button>`;

describe('live views on a host', () => {
  let browser: Browser;
  let site: Server;
  let page: Page;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: findChromium()!, args: launchArgs() });
    site = createServer((_req, res) => res.setHeader('content-type', 'text/html').end(FORM));
    await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
  });
  beforeEach(async () => {
    page = await (await browser.newContext()).newPage();
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/form?token=shh`);
  });
  afterEach(() => page.context().close());
  afterAll(async () => {
    await browser?.close();
    site?.close();
  });

  /** What a host hears and says, with an account whose page is the form. */
  function setUp({ idleMs, mostTakeOvers = 1 }: { idleMs?: number; mostTakeOvers?: number } = {}) {
    const said: FromHost[] = [];
    let wake: () => void = () => undefined;
    const kept: string[] = [];
    const views = createLiveViews({
      log: createLogger('test', 'silent'),
      mostTakeOvers,
      ...(idleMs === undefined ? {} : { idleMs }),
      sessions: {
        peek: (id) => (id === accountTaskId && !page.isClosed() ? page : null),
        async attend({ signal }: AttendRequest, work: (attended: Attended<Page>) => Promise<void>) {
          await work({ handle: page, note: 'Asks for a code.', signal });
          kept.push('session');
          return 'kept' as const;
        },
      },
    });
    const send = (message: FromHost): void => {
      said.push(message);
      if (message.type === 'frame') views.take({ type: 'ack', view, n: message.n }, send);
      wake();
    };
    return {
      kept,
      take: (message: ToHost) => views.take(message, send),
      input: (input: LiveInput) => views.take({ type: 'input', view, input }, send),
      closeAll: views.closeAll,
      async until<T extends FromHost['type']>(type: T): Promise<Extract<FromHost, { type: T }>> {
        for (;;) {
          const at = said.findIndex((message) => message.type === type);
          if (at >= 0) return said.splice(0, at + 1).at(-1) as Extract<FromHost, { type: T }>;
          await new Promise<void>((done) => {
            wake = done;
          });
        }
      },
    };
  }

  const press = (x: number, y: number, type: 'pressed' | 'released'): LiveInput => ({
    kind: 'mouse',
    ...{ type, x, y, button: 'left', buttons: 1, clickCount: 1, modifiers: 0 },
  });

  it('show the page, and do there what the person does', async () => {
    const host = setUp();
    host.take(order);
    expect(await host.until('opened')).toMatchObject({ note: 'Asks for a code.' });
    const frame = await host.until('frame');
    expect(Buffer.from(frame.data, 'base64').subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
    expect(frame).toMatchObject({ width: 1280, height: 720 });
    expect(frame.address).toMatch(/^127\.0\.0\.1:\d+\/form$/);

    for (const type of ['pressed', 'released'] as const) host.input(press(100, 35, type));
    const key = { key: 'a', code: 'KeyA', keyCode: 65, modifiers: 0 };
    host.input({ kind: 'key', type: 'down', text: 'a', ...key });
    host.input({ kind: 'key', type: 'up', ...key });
    host.input({ kind: 'text', text: 'bc ж' });
    await page.waitForFunction(`document.getElementById('field').value === 'abc ж'`);
    for (const type of ['pressed', 'released'] as const) host.input(press(60, 95, type));
    await page.waitForFunction(`document.title === 'Pressed'`);

    host.take({ type: 'finish', view });
    expect(await host.until('ended')).toMatchObject({ reason: 'finished' });
    expect(host.kept).toEqual(['session']);
  });

  it('take no more people than there is room for, and have room again afterwards', async () => {
    const host = setUp();
    host.take(order);
    await host.until('opened');
    host.take({ ...order, view: `${ID}9` } as ToHost);
    expect(await host.until('full')).toMatchObject({ view: `${ID}9` });
    host.closeAll();
    expect(await host.until('ended')).toMatchObject({ view, reason: 'left' });
    expect(host.kept).toEqual([]);
    host.take(order);
    await host.until('opened');
    host.closeAll();
    await host.until('ended');
  });

  it('end when nobody does anything', async () => {
    const host = setUp({ idleMs: 300 });
    host.take(order);
    expect(await host.until('ended')).toMatchObject({ reason: 'idle' });
  });

  it('let a step be watched and not be touched, and tell when its page is gone', async () => {
    const host = setUp();
    host.take({ type: 'watch', view, accountTaskId });
    await host.until('frame');
    host.input({ kind: 'text', text: 'not mine' });
    for (const type of ['pressed', 'released'] as const) host.input(press(60, 95, type));
    await page.evaluate(() => new Promise((done) => setTimeout(done, 200)));
    expect(await page.title()).toBe('Form');
    await page.close();
    await host.until('waiting');
    host.closeAll();
  });
});
