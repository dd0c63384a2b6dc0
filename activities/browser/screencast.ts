import type { CDPSession, Page } from 'playwright-core';
import type { LiveFrame, LiveInput } from '../../contracts/live-view.ts';

/** Pictures are made no larger than this, pixels; a page keeps its own size. */
const MAX_WIDTH = 1_280;
const MAX_HEIGHT = 960;
/** JPEG quality, 0 to 100: letters stay readable. */
const QUALITY = 65;

export interface Screencast {
  /** The picture was taken: the next one may come. */
  ack(n: number): void;
  /** @throws when the page has gone */
  input(input: LiveInput): Promise<void>;
  stop(): Promise<void>;
}

const MOUSE_TYPES = { pressed: 'mousePressed', released: 'mouseReleased', moved: 'mouseMoved' } as const;

/** Host and path of a page's address. */
function placeOf(page: Page): string {
  const url = page.url();
  if (!URL.canParse(url)) return '';
  const { protocol, host, pathname } = new URL(url);
  return protocol === 'http:' || protocol === 'https:' ? `${host}${pathname}` : protocol;
}

/**
 * Input goes through the DevTools Protocol, past Playwright's own calls: those are written down in traces.
 * Source of the calls: Chrome DevTools Protocol, domain Input.
 */
async function send(cdp: CDPSession, page: Page, input: LiveInput): Promise<void> {
  switch (input.kind) {
    case 'mouse': {
      const { type, x, y, button, buttons, clickCount, modifiers } = input;
      const params = { type: MOUSE_TYPES[type], x, y, button, buttons, clickCount, modifiers };
      await cdp.send('Input.dispatchMouseEvent', params);
      return;
    }
    case 'wheel': {
      const { x, y, deltaX, deltaY, modifiers } = input;
      await cdp.send('Input.dispatchMouseEvent', { type: 'mouseWheel', x, y, deltaX, deltaY, modifiers });
      return;
    }
    case 'key': {
      const { key, code, keyCode, text, modifiers } = input;
      const common = { key, code, windowsVirtualKeyCode: keyCode, nativeVirtualKeyCode: keyCode, modifiers };
      if (input.type === 'up') await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...common });
      else if (text) await cdp.send('Input.dispatchKeyEvent', { type: 'keyDown', text, ...common });
      else await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...common });
      return;
    }
    case 'text':
      await cdp.send('Input.insertText', { text: input.text });
      return;
    case 'navigate': {
      const going = input.to === 'back' ? page.goBack() : page.reload();
      await going.catch(() => undefined);
    }
  }
}

/**
 * Shows one page as pictures, the next one after the last was acknowledged. Several may show the same page.
 * @throws when the page has gone
 */
export async function startScreencast(page: Page, onFrame: (frame: LiveFrame) => void): Promise<Screencast> {
  const cdp = await page.context().newCDPSession(page);
  const unseen = new Map<number, number>();
  let n = 0;
  cdp.on('Page.screencastFrame', ({ data, metadata, sessionId }) => {
    n += 1;
    unseen.set(n, sessionId);
    onFrame({
      type: 'frame',
      n,
      data,
      width: metadata.deviceWidth,
      height: metadata.deviceHeight,
      address: placeOf(page),
    });
  });
  const size = { maxWidth: MAX_WIDTH, maxHeight: MAX_HEIGHT };
  await cdp.send('Page.startScreencast', { format: 'jpeg', quality: QUALITY, everyNthFrame: 1, ...size });
  return {
    ack(shown) {
      const sessionId = unseen.get(shown);
      if (sessionId === undefined) return;
      unseen.delete(shown);
      cdp.send('Page.screencastFrameAck', { sessionId }).catch(() => undefined);
    },
    input: (input) => send(cdp, page, input),
    async stop() {
      await cdp.send('Page.stopScreencast').catch(() => undefined);
      await cdp.detach().catch(() => undefined);
    },
  };
}
