import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuidV7 } from '../../activities/uuid-v7.ts';
import type { DriverBench, Offers, Suite } from './driver-suite-bench.ts';
import { calm } from './driver-suite-bench.ts';
import { describeLooking } from './driver-suite-looking.ts';
import { describeProfile } from './driver-suite-profile.ts';
import { describePublishing } from './driver-suite-publishing.ts';
import { describeSessions } from './driver-suite-sessions.ts';

/**
 * The contract of {@link Driver}, asked of a real site: the same promises over pages and over an API.
 * @param offers what the site can do, and the profile whose capabilities are asked for
 */
export function describeDriver<Handle>(name: string, offers: Offers, setup: () => Promise<DriverBench<Handle>>): void {
  describe(`the driver of ${name}`, () => {
    let bench: DriverBench<Handle>;
    let folder: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'driver-suite-'));
      bench = await setup();
    });

    afterEach(async () => {
      await bench.mendSite();
      await bench.endHandles();
    });

    afterAll(async () => {
      await bench?.close();
      await rm(folder, { recursive: true, force: true });
    });

    const suite: Suite<Handle> = {
      get bench() {
        return bench;
      },
      get driver() {
        return bench.driver;
      },
      get folder() {
        return folder;
      },
      offers,
      can: (...wanted) => wanted.every((want) => offers.site.includes(want)),
      itWith: (...wanted) => (suite.can(...wanted) ? it : (it.skip as typeof it)),
      async loggedIn(options) {
        const account = await bench.newAccount(options);
        const handle = await bench.newHandle();
        await bench.driver.logIn(handle, account, calm());
        return { handle, account };
      },
      draft: (caption, more = {}) => ({
        key: uuidV7(),
        filePath: bench.videoPath,
        caption,
        location: null,
        mentions: [],
        ...more,
      }),
    };

    it('declares the profile that is asked for here', () => {
      expect(suite.driver.profile).toBe(offers.profile);
    });

    describeSessions(suite);
    describePublishing(suite);
    describeProfile(suite);
    describeLooking(suite);
  });
}
