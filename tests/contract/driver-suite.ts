import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Page } from 'playwright-core';
import { findChromium } from '../../activities/browser/chromium.ts';
import type { BrowserPool, PooledContext } from '../../activities/browser/pool.ts';
import { createBrowserPool } from '../../activities/browser/pool.ts';
import type { BrowserDriver, Credentials, PostDraft, StepOptions } from '../../activities/platforms/driver.ts';
import type { ErrorType } from '../../contracts/errors.ts';
import { TaskError } from '../../contracts/errors.ts';

export type SiteFault =
  | 'slow'
  | 'error'
  | 'drop-before'
  | 'drop-after'
  | 'expire-session'
  | 'challenge'
  | 'throttle'
  | 'suspend'
  | 'move-buttons';

export interface SitePost {
  id: string;
  caption: string;
  location: string | null;
  mentions: string[];
  mediaSha256: string;
}

/** What a platform's test site offers, so that the same promises can be asked of every driver. */
export interface DriverBench {
  driver: BrowserDriver;
  newAccount(options?: { totp?: boolean }): Promise<Credentials>;
  /** Breaks the site for one account. */
  breakSite(
    username: string,
    fault: SiteFault,
    detail?: { count?: number; seconds?: number; ms?: number },
  ): Promise<void>;
  mendSite(): Promise<void>;
  /** The code of the newest e-mail to the account. */
  emailCode(username: string): Promise<string>;
  /** What really was posted. */
  posts(username: string): Promise<SitePost[]>;
  /** A video that the platform takes. */
  videoPath: string;
  close(): Promise<void>;
}

const quiet = pino({ level: 'silent' });

/** The contract of {@link BrowserDriver}, asked of a real site through a real browser. */
export function describeDriver(name: string, setup: () => Promise<DriverBench>): void {
  describe(`the browser driver of ${name}`, () => {
    let bench: DriverBench;
    let driver: BrowserDriver;
    let pool: BrowserPool;
    let folder: string;
    let held: PooledContext[] = [];

    beforeAll(async () => {
      bench = await setup();
      driver = bench.driver;
      folder = await mkdtemp(join(tmpdir(), 'driver-suite-'));
      const executablePath = findChromium()!;
      pool = createBrowserPool({ maxBrowsers: 1, maxContextsPerBrowser: 4, executablePath, log: quiet });
    });

    afterEach(async () => {
      await bench.mendSite();
      await Promise.all(held.map((context) => context.release()));
      held = [];
    });

    afterAll(async () => {
      await pool?.close();
      await bench?.close();
      await rm(folder, { recursive: true, force: true });
    });

    const calm = (signal = new AbortController().signal): StepOptions => ({ signal, progress: () => {} });

    async function newPage(request: Parameters<BrowserPool['acquireContext']>[0] = {}): Promise<Page> {
      const pooled = await pool.acquireContext(request);
      held.push(pooled);
      return pooled.context.newPage();
    }

    async function loggedIn(options?: { totp?: boolean }): Promise<{ page: Page; account: Credentials }> {
      const account = await bench.newAccount(options);
      const page = await newPage();
      await driver.logIn(page, account, calm());
      return { page, account };
    }

    const draft = (caption: string, more: Partial<PostDraft> = {}): PostDraft => ({
      filePath: bench.videoPath,
      caption,
      location: null,
      mentions: [],
      ...more,
    });

    async function errorOf(work: Promise<unknown>): Promise<TaskError> {
      const error = await work.then(
        () => new Error('It succeeded.'),
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(TaskError);
      return error as TaskError;
    }

    async function expectError(work: Promise<unknown>, type: ErrorType): Promise<TaskError> {
      const error = await errorOf(work);
      expect({ type: error.type, message: error.message }).toMatchObject({ type });
      return error;
    }

    describe('logging in', () => {
      it('works with a password', async () => {
        const { page, account } = await loggedIn();
        expect(await driver.checkSession(page, account.username, calm())).toBe('valid');
      });

      it('works with a password and a TOTP seed', async () => {
        const { page, account } = await loggedIn({ totp: true });
        expect(await driver.checkSession(page, account.username, calm())).toBe('valid');
      });

      it('asks for a person when a code of the app is wanted and there is no seed', async () => {
        const account = await bench.newAccount({ totp: true });
        const error = await expectError(
          driver.logIn(await newPage(), { ...account, totpSecret: null }, calm()),
          'ChallengeRequired',
        );
        expect(error.details.challenge).toBe('totp');
      });

      it('says that a wrong password is wrong', async () => {
        const account = await bench.newAccount();
        await expectError(
          driver.logIn(await newPage(), { ...account, password: 'not-it' }, calm()),
          'InvalidCredentials',
        );
      });

      it('asks for a person at a challenge, and goes on with the answer', async () => {
        const account = await bench.newAccount();
        await bench.breakSite(account.username, 'challenge', { count: 1 });
        const page = await newPage();
        const error = await expectError(driver.logIn(page, account, calm()), 'ChallengeRequired');
        expect(error.details.challenge).toBe('email-code');
        await expectError(driver.answerChallenge!(page, 'wrong', calm()), 'ChallengeRequired');
        await driver.answerChallenge!(page, await bench.emailCode(account.username), calm());
        expect(await driver.checkSession(page, account.username, calm())).toBe('valid');
      });

      it('says that a suspended account is blocked', async () => {
        const account = await bench.newAccount();
        await bench.breakSite(account.username, 'suspend');
        await expectError(driver.logIn(await newPage(), account, calm()), 'AccountBlocked');
      });

      it('says how long the platform wants to be left alone', async () => {
        const account = await bench.newAccount();
        await bench.breakSite(account.username, 'throttle', { seconds: 7 });
        const error = await expectError(driver.logIn(await newPage(), account, calm()), 'Throttled');
        expect(error.details.retryAfterMs).toBe(7_000);
      });

      it('tells a proxy that does not answer from a site that does not', async () => {
        const account = await bench.newAccount();
        const page = await newPage({ proxy: { server: 'http://127.0.0.1:9' } });
        // Playwright leaves loopback addresses out of proxies unless told otherwise; a name goes through one.
        await expectError(driver.logIn(page, account, calm()), 'ProxyFailed');
      });
    });

    describe('a stored session', () => {
      it('is used again in another context, without a log-in', async () => {
        const { page, account } = await loggedIn();
        const later = await newPage({ storageState: await page.context().storageState() });
        expect(await driver.checkSession(later, account.username, calm())).toBe('valid');
      });

      it('of another account counts as none', async () => {
        const { page } = await loggedIn();
        const other = await bench.newAccount();
        expect(await driver.checkSession(page, other.username, calm())).toBe('expired');
      });

      it('that the platform ended is found out, also before a post', async () => {
        const { page, account } = await loggedIn();
        await bench.breakSite(account.username, 'expire-session', { count: 1 });
        await expectError(driver.submitPost(page, draft('late'), calm()), 'SessionExpired');
        expect(await driver.checkSession(page, account.username, calm())).toBe('expired');
        expect(await bench.posts(account.username)).toEqual([]);
      });
    });

    describe('a post', () => {
      it('arrives with video, caption, location and mentions', async () => {
        const friend = await bench.newAccount();
        const { page, account } = await loggedIn();
        const caption = 'Ein Schiff\nwill sail, "soon" & far 🚢';
        const sent = await driver.submitPost(
          page,
          draft(caption, { location: 'Kiel', mentions: [friend.username] }),
          calm(),
        );
        expect(await bench.posts(account.username)).toEqual([
          expect.objectContaining({ id: sent.id, caption, location: 'Kiel', mentions: [friend.username] }),
        ]);
        const [listed] = await driver.listOwnPosts(page, account.username, 12, calm());
        expect(listed).toMatchObject({ id: sent.id, permalink: sent.permalink, caption });
      });

      it('is listed while the platform still works on it, newest first', async () => {
        const { page, account } = await loggedIn();
        const first = await driver.submitPost(page, draft('first'), calm());
        const second = await driver.submitPost(page, draft('second'), calm());
        const listed = await driver.listOwnPosts(page, account.username, 12, calm());
        expect(listed.map((post) => post.id)).toEqual([second.id, first.id]);
        expect(listed[0]?.state).toBe('processing');
        expect(await driver.listOwnPosts(page, account.username, 1, calm())).toHaveLength(1);
      });

      it('whose connection broke before the platform stored it is unknown, and absent', async () => {
        const { page, account } = await loggedIn();
        await bench.breakSite(account.username, 'drop-before', { count: 1 });
        await expectError(driver.submitPost(page, draft('lost'), calm()), 'OutcomeUnknown');
        expect(await bench.posts(account.username)).toHaveLength(0);
        expect(await driver.listOwnPosts(page, account.username, 12, calm())).toEqual([]);
      });

      it('whose connection broke after the platform stored it is unknown, and there exactly once', async () => {
        const { page, account } = await loggedIn();
        await bench.breakSite(account.username, 'drop-after', { count: 1 });
        await expectError(driver.submitPost(page, draft('kept'), calm()), 'OutcomeUnknown');
        expect(await bench.posts(account.username)).toHaveLength(1);
        expect(await driver.listOwnPosts(page, account.username, 12, calm())).toEqual([
          expect.objectContaining({ caption: 'kept' }),
        ]);
      });

      /** Breaks the site at the moment when the button is pressed. */
      async function breakAtShare(page: Page, username: string, fault: SiteFault, detail = {}): Promise<void> {
        await page.route(/\/upload$/, async (route) => {
          if (route.request().method() === 'POST') await bench.breakSite(username, fault, detail);
          await route.continue();
        });
      }

      it('that was answered with an error is unknown', async () => {
        const { page, account } = await loggedIn();
        await breakAtShare(page, account.username, 'error');
        await expectError(driver.submitPost(page, draft('broken'), calm()), 'OutcomeUnknown');
      });

      it.each([
        ['throttle', 'Throttled'],
        ['suspend', 'AccountBlocked'],
        ['expire-session', 'SessionExpired'],
      ] as const)('that was clearly refused (%s) is not unknown', async (fault, type) => {
        const { page, account } = await loggedIn();
        await breakAtShare(page, account.username, fault, { seconds: 9 });
        const error = await expectError(driver.submitPost(page, draft('refused'), calm()), type);
        expect(error.details.retryAfterMs).toBe(type === 'Throttled' ? 9_000 : undefined);
        expect(await bench.posts(account.username)).toEqual([]);
      });

      it('cannot be made on a page that has changed, and the error names what is missing', async () => {
        const { page, account } = await loggedIn();
        await bench.breakSite(account.username, 'move-buttons');
        const error = await expectError(driver.submitPost(page, draft('where'), calm()), 'PageChanged');
        expect(error.message).toMatch(/Expected the field ".+"/);
        expect(await bench.posts(account.username)).toEqual([]);
      });

      it('is refused for its file', async () => {
        const { page, account } = await loggedIn();
        const filePath = join(folder, 'notes.mp4');
        await writeFile(filePath, 'no film at all');
        await expectError(driver.submitPost(page, draft('text', { filePath }), calm()), 'MediaRejected');
        expect(await bench.posts(account.username)).toEqual([]);
      });

      it('is refused for its words', async () => {
        const { page, account } = await loggedIn();
        const caption = 'x'.repeat(driver.profile.limits.captionMaxChars + 1);
        await expectError(driver.submitPost(page, draft(caption), calm()), 'InvalidInput');
        expect(await bench.posts(account.username)).toEqual([]);
      });
    });

    describe('an abort', () => {
      it('before the button is pressed stops with its reason, and nothing was posted', async () => {
        const { page, account } = await loggedIn();
        const stop = new AbortController();
        const reason = new Error('cancelled');
        await bench.breakSite(account.username, 'slow', { ms: 2_000 });
        page.once('request', () => stop.abort(reason));
        await expect(driver.submitPost(page, draft('never'), calm(stop.signal))).rejects.toBe(reason);
        expect(page.isClosed()).toBe(true);
        expect(await bench.posts(account.username)).toEqual([]);
      });

      it('in the middle of an upload stops at once, with an unknown outcome', async () => {
        const { page, account } = await loggedIn();
        const stop = new AbortController();
        let answered = false;
        await bench.breakSite(account.username, 'slow', { ms: 1_000 });
        page.on('request', (request) => {
          if (request.method() === 'POST') stop.abort(new Error('cancelled'));
        });
        page.on('response', (response) => {
          if (response.request().method() === 'POST') answered = true;
        });
        await expectError(driver.submitPost(page, draft('maybe'), calm(stop.signal)), 'OutcomeUnknown');
        expect(answered).toBe(false);
        expect(page.isClosed()).toBe(true);
        await bench.mendSite();
        expect((await bench.posts(account.username)).length).toBeLessThanOrEqual(1);
      });
    });
  });
}
