import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import type { OwnPost } from '../../activities/platforms/driver.ts';
import type { Capability } from '../../contracts/platform.ts';
import type { Offers, Suite } from './driver-suite-bench.ts';
import { calm, expectError } from './driver-suite-bench.ts';

const REFUSALS = [
  ['throttle', 'Throttled'],
  ['suspend', 'AccountBlocked'],
  ['expire-session', 'SessionExpired'],
  ['error', 'Unavailable'],
] as const;

async function sha256Of(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

/** Steps that only look: the own pages, and the media of own posts. */
export function describeLooking<Handle>(suite: Suite<Handle>): void {
  const { capabilities } = suite.offers.profile;
  const itCan = (capability: Capability, ...wanted: Offers['site']) =>
    capabilities.includes(capability) ? suite.itWith(...wanted) : it.skip;
  const A_FEW_SECONDS = 0.05;

  describe('looking around', () => {
    itCan('readFeed')('sees the own pages and changes nothing', async () => {
      const { bench, driver } = suite;
      const { handle, account } = await suite.loggedIn();
      await driver.submitPost(handle, suite.draft('something to see'), calm());
      const before = await bench.truth(account.username);
      let changes = 0;
      await bench.watch(handle, (event) => {
        if (event.changes) changes += 1;
      });
      const { pages } = await driver.browse!(handle, account.username, A_FEW_SECONDS, calm());
      expect(pages).toBeGreaterThanOrEqual(3);
      expect(changes).toBe(0);
      expect(await bench.truth(account.username)).toEqual(before);
    });

    itCan('readFeed')('stops at once when it is aborted, however long it was to be', async () => {
      const { bench, driver } = suite;
      const { handle, account } = await suite.loggedIn();
      const stop = new AbortController();
      const reason = new Error('cancelled');
      await bench.watch(handle, ({ type }) => {
        if (type === 'answer') stop.abort(reason);
      });
      await expect(driver.browse!(handle, account.username, 60, calm(stop.signal))).rejects.toBe(reason);
      expect(bench.isStopped(handle)).toBe(true);
    });

    for (const [fault, type] of REFUSALS) {
      itCan('readFeed', fault)(`ends with what the platform says (${fault})`, async () => {
        const { bench, driver } = suite;
        const { handle, account } = await suite.loggedIn();
        await bench.breakSite(account.username, fault, { seconds: 9 });
        const error = await expectError(driver.browse!(handle, account.username, A_FEW_SECONDS, calm()), type);
        expect(error.details.retryAfterMs).toBe(type === 'Throttled' ? 9_000 : undefined);
      });
    }
  });

  describe('the media of an own post', () => {
    async function posted(filePath: string): Promise<{ handle: Handle; username: string; post: OwnPost }> {
      const { handle, account } = await suite.loggedIn();
      await suite.driver.submitPost(handle, suite.draft('keep me', { filePath }), calm());
      const [post] = await suite.driver.listOwnPosts(handle, account.username, 1, calm());
      return { handle, username: account.username, post: post! };
    }

    async function newFolder(name: string): Promise<string> {
      const folder = join(suite.folder, name);
      await mkdir(folder);
      return folder;
    }

    const sorts: [string, Capability, () => string, readonly string[]][] = [
      ['a video', 'publishVideo', () => suite.bench.videoPath, ['.mp4']],
      ['a picture', 'publishImage', () => suite.bench.imagePaths[0], ['.png', '.jpg']],
    ];
    for (const [sort, publishes, source, extensions] of sorts) {
      const able = capabilities.includes(publishes) ? itCan('downloadOwnPosts') : it.skip;
      able(`comes back byte for byte: ${sort}`, async () => {
        const { bench, driver } = suite;
        const { handle, username, post } = await posted(source());
        const before = await bench.truth(username);
        const folder = await newFolder(`${publishes}-${username}`);
        const { filePath } = await driver.downloadPost!(handle, post, folder, calm());
        expect(dirname(filePath)).toBe(folder);
        expect(extensions).toContain(extname(filePath));
        expect(await sha256Of(filePath)).toBe(await sha256Of(source()));
        expect(before.posts[0]?.mediaSha256).toBe(await sha256Of(source()));
        expect(await bench.truth(username)).toEqual(before);
      });
    }

    itCan('downloadOwnPosts')('of a post that is gone is told from a failure', async () => {
      const { bench, driver } = suite;
      const { handle, account } = await suite.loggedIn();
      const work = driver.downloadPost!(handle, bench.gonePost(account.username), suite.folder, calm());
      await expectError(work, 'TargetNotFound');
    });

    for (const [fault, type] of REFUSALS) {
      itCan('downloadOwnPosts', fault)(`is not there when the platform refuses (${fault})`, async () => {
        const { bench, driver } = suite;
        const { handle, username, post } = await posted(bench.videoPath);
        await bench.breakSite(username, fault, { seconds: 9 });
        const error = await expectError(driver.downloadPost!(handle, post, suite.folder, calm()), type);
        expect(error.details.retryAfterMs).toBe(type === 'Throttled' ? 9_000 : undefined);
      });
    }
  });
}
