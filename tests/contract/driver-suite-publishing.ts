import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Suite } from './driver-suite-bench.ts';
import { calm, expectError } from './driver-suite-bench.ts';

/** Posts: what arrives, what is unknown, what is certainly absent. */
export function describePublishing<Handle>(suite: Suite<Handle>): void {
  const { itWith } = suite;
  const { capabilities } = suite.offers.profile;
  const posts = async (username: string) => (await suite.bench.truth(username)).posts;

  describe('a post', () => {
    it('arrives with video, caption, location and mentions', async () => {
      const { bench, driver } = suite;
      const friend = await bench.newAccount();
      const { handle, account } = await suite.loggedIn();
      const caption = 'Ein Schiff\nwill sail, "soon" & far 🚢';
      const location = suite.can('location') ? 'Kiel' : null;
      const draft = suite.draft(caption, { location, mentions: [friend.username] });
      const sent = await driver.submitPost(handle, draft, calm());
      expect(await posts(account.username)).toEqual([
        expect.objectContaining({ id: sent.id, caption, location, mentions: [friend.username] }),
      ]);
      const [listed] = await driver.listOwnPosts(handle, account.username, 12, calm());
      expect(listed).toMatchObject({ id: sent.id, permalink: sent.permalink, caption });
    });

    (capabilities.includes('publishImage') ? it : it.skip)('may be a picture', async () => {
      const { handle, account } = await suite.loggedIn();
      const draft = suite.draft('still water', { filePath: suite.bench.imagePaths[0] });
      const sent = await suite.driver.submitPost(handle, draft, calm());
      expect(await posts(account.username)).toEqual([
        expect.objectContaining({ id: sent.id, caption: 'still water', mentions: [] }),
      ]);
    });

    it('is listed at once, newest first, while the platform may still work on it', async () => {
      const { driver } = suite;
      const { handle, account } = await suite.loggedIn();
      const first = await driver.submitPost(handle, suite.draft('first'), calm());
      const second = await driver.submitPost(handle, suite.draft('second'), calm());
      const listed = await driver.listOwnPosts(handle, account.username, 12, calm());
      expect(listed.map((post) => post.id)).toEqual([second.id, first.id]);
      expect(listed[0]?.state).toBe(suite.can('processing') ? 'processing' : 'published');
      expect(await driver.listOwnPosts(handle, account.username, 1, calm())).toHaveLength(1);
    });

    itWith('drop-before')('whose connection broke before the platform stored it is unknown, and absent', async () => {
      const { bench, driver } = suite;
      const { handle, account } = await suite.loggedIn();
      await bench.breakSite(account.username, 'drop-before', { count: 1 });
      await expectError(driver.submitPost(handle, suite.draft('lost'), calm()), 'OutcomeUnknown');
      expect(await posts(account.username)).toHaveLength(0);
      expect(await driver.listOwnPosts(handle, account.username, 12, calm())).toEqual([]);
    });

    itWith('drop-after')(
      'whose connection broke after the platform stored it is unknown, and there exactly once',
      async () => {
        const { bench, driver } = suite;
        const { handle, account } = await suite.loggedIn();
        await bench.breakSite(account.username, 'drop-after', { count: 1 });
        await expectError(driver.submitPost(handle, suite.draft('kept'), calm()), 'OutcomeUnknown');
        expect(await posts(account.username)).toHaveLength(1);
        expect(await driver.listOwnPosts(handle, account.username, 12, calm())).toEqual([
          expect.objectContaining({ caption: 'kept' }),
        ]);
      },
    );

    itWith('error')('that was answered with an error is unknown', async () => {
      const { handle, account } = await suite.loggedIn();
      await suite.bench.breakAtChange(handle, account.username, 'error');
      await expectError(suite.driver.submitPost(handle, suite.draft('broken'), calm()), 'OutcomeUnknown');
    });

    for (const [fault, type] of [
      ['throttle', 'Throttled'],
      ['suspend', 'AccountBlocked'],
      ['expire-session', 'SessionExpired'],
    ] as const) {
      itWith(fault)(`that was clearly refused (${fault}) is not unknown`, async () => {
        const { bench, driver } = suite;
        const { handle, account } = await suite.loggedIn();
        await bench.breakAtChange(handle, account.username, fault, { seconds: 9 });
        const error = await expectError(driver.submitPost(handle, suite.draft('refused'), calm()), type);
        expect(error.details.retryAfterMs).toBe(type === 'Throttled' ? 9_000 : undefined);
        expect(await posts(account.username)).toEqual([]);
      });
    }

    itWith('move-buttons')(
      'cannot be made on a page that has changed, and the error names what is missing',
      async () => {
        const { bench, driver } = suite;
        const { handle, account } = await suite.loggedIn();
        await bench.breakSite(account.username, 'move-buttons');
        const error = await expectError(driver.submitPost(handle, suite.draft('where'), calm()), 'PageChanged');
        expect(error.message).toMatch(/Expected the field ".+"/);
        expect(await posts(account.username)).toEqual([]);
      },
    );

    itWith('media-check')('is refused for its file', async () => {
      const { handle, account } = await suite.loggedIn();
      const filePath = join(suite.folder, 'notes.mp4');
      await writeFile(filePath, 'no film at all');
      await expectError(suite.driver.submitPost(handle, suite.draft('text', { filePath }), calm()), 'MediaRejected');
      expect(await posts(account.username)).toEqual([]);
    });

    it('is refused for its words', async () => {
      const { handle, account } = await suite.loggedIn();
      const caption = 'x'.repeat(suite.offers.profile.limits.captionMaxChars + 1);
      await expectError(suite.driver.submitPost(handle, suite.draft(caption), calm()), 'InvalidInput');
      expect(await posts(account.username)).toEqual([]);
    });
  });

  describe('an abort', () => {
    itWith('slow')('before the final request stops with its reason, and nothing was posted', async () => {
      const { bench, driver } = suite;
      const { handle, account } = await suite.loggedIn();
      const stop = new AbortController();
      const reason = new Error('cancelled');
      await bench.breakSite(account.username, 'slow', { ms: 2_000 });
      await bench.watch(handle, () => stop.abort(reason));
      await expect(driver.submitPost(handle, suite.draft('never'), calm(stop.signal))).rejects.toBe(reason);
      expect(bench.isStopped(handle)).toBe(true);
      expect(await posts(account.username)).toEqual([]);
    });

    itWith('slow')('in the middle of an upload stops at once, with an unknown outcome', async () => {
      const { bench, driver } = suite;
      const { handle, account } = await suite.loggedIn();
      const stop = new AbortController();
      let answered = false;
      await bench.breakSite(account.username, 'slow', { ms: 1_000 });
      await bench.watch(handle, ({ type, changes }) => {
        if (!changes) return;
        if (type === 'request') stop.abort(new Error('cancelled'));
        else answered = true;
      });
      await expectError(driver.submitPost(handle, suite.draft('maybe'), calm(stop.signal)), 'OutcomeUnknown');
      expect(answered).toBe(false);
      expect(bench.isStopped(handle)).toBe(true);
      await bench.mendSite();
      expect((await posts(account.username)).length).toBeLessThanOrEqual(1);
    });
  });
}
