import type { Capability } from '../../contracts/platform.ts';
import type { Offers, SiteAccount, Suite } from './driver-suite-bench.ts';
import { calm, expectError } from './driver-suite-bench.ts';

/** One step that brings about a state: how to ask for it, and how to see on the site that it is so. */
interface StateStep<Handle> {
  capability: Capability;
  /** What is asked for; other than what a new account has. */
  prepare(): Promise<{
    act(handle: Handle, username: string, signal?: AbortSignal): Promise<{ changed: boolean }>;
    isSo(truth: SiteAccount): boolean;
  }>;
}

/** Steps that change something beside posts: each brings about a state, and can be asked for again at any time. */
export function describeProfile<Handle>(suite: Suite<Handle>): void {
  const { capabilities } = suite.offers.profile;
  const truthOf = (username: string) => suite.bench.truth(username);

  const steps: StateStep<Handle>[] = [
    {
      capability: 'setBio',
      async prepare() {
        const text = 'Harbour master.\n"Knots" & <b>boats</b> 🚢';
        return {
          act: (handle, username, signal) => suite.driver.setBio!(handle, username, text, calm(signal)),
          isSo: ({ bio }) => bio === text,
        };
      },
    },
    {
      capability: 'setAvatar',
      async prepare() {
        const [picture] = suite.bench.imagePaths;
        return {
          act: (handle, username, signal) => suite.driver.setAvatar!(handle, username, picture, calm(signal)),
          isSo: ({ avatar }) => avatar !== null,
        };
      },
    },
    {
      capability: 'follow',
      async prepare() {
        const target = (await suite.bench.newAccount()).username;
        return {
          act: (handle, _username, signal) => suite.driver.follow!(handle, target, calm(signal)),
          isSo: ({ follows }) => follows.length === 1 && follows[0] === target,
        };
      },
    },
  ];

  for (const step of steps) {
    const asked = capabilities.includes(step.capability);
    const promise = (...wanted: Offers['site']) => (asked ? suite.itWith(...wanted) : it.skip);

    describe(`the step "${step.capability}"`, () => {
      async function begin() {
        const { handle, account } = await suite.loggedIn();
        const { username } = account;
        const { act, isSo } = await step.prepare();
        return { handle, username, act: (signal?: AbortSignal) => act(handle, username, signal), isSo };
      }

      promise()('brings the state about, and asked again changes nothing', async () => {
        const { username, act, isSo } = await begin();
        expect(isSo(await truthOf(username))).toBe(false);
        expect(await act()).toEqual({ changed: true });
        const once = await truthOf(username);
        expect(isSo(once)).toBe(true);
        expect(once.changes).toBe(1);
        expect(await act()).toEqual({ changed: false });
        expect(await truthOf(username)).toEqual(once);
      });

      promise('drop-before')('whose connection broke before it was stored is not said to be done', async () => {
        const { username, act, isSo } = await begin();
        await suite.bench.breakSite(username, 'drop-before', { count: 1 });
        await expectError(act(), 'Unavailable');
        expect(isSo(await truthOf(username))).toBe(false);
        expect(await act()).toEqual({ changed: true });
        const after = await truthOf(username);
        expect(isSo(after)).toBe(true);
        expect(after.changes).toBe(1);
      });

      promise('drop-after')('whose connection broke after it was stored is found, and not done twice', async () => {
        const { username, act, isSo } = await begin();
        await suite.bench.breakSite(username, 'drop-after', { count: 1 });
        expect(await act()).toEqual({ changed: true });
        expect(isSo(await truthOf(username))).toBe(true);
        expect(await act()).toEqual({ changed: false });
        expect((await truthOf(username)).changes).toBe(1);
      });

      for (const [fault, type] of [
        ['throttle', 'Throttled'],
        ['suspend', 'AccountBlocked'],
        ['expire-session', 'SessionExpired'],
        ['error', 'Unavailable'],
      ] as const) {
        promise(fault)(`that the platform refuses (${fault}) says so, at the first page or the last`, async () => {
          for (const late of [false, true]) {
            const { handle, username, act } = await begin();
            if (late) await suite.bench.breakAtChange(handle, username, fault, { seconds: 9 });
            else await suite.bench.breakSite(username, fault, { seconds: 9 });
            const error = await expectError(act(), type);
            expect(error.details.retryAfterMs).toBe(type === 'Throttled' ? 9_000 : undefined);
            expect((await truthOf(username)).changes).toBe(0);
            await suite.bench.mendSite();
          }
        });
      }

      promise('move-buttons')('on a page that has changed names what is missing', async () => {
        const { username, act } = await begin();
        await suite.bench.breakSite(username, 'move-buttons');
        const error = await expectError(act(), 'PageChanged');
        expect(error.message).toMatch(/Expected the (field|button) ".+"/);
        expect((await truthOf(username)).changes).toBe(0);
      });

      promise('slow')('stops at once when it is aborted', async () => {
        const { handle, username, act } = await begin();
        const stop = new AbortController();
        const reason = new Error('cancelled');
        await suite.bench.breakSite(username, 'slow', { ms: 2_000 });
        await suite.bench.watch(handle, () => stop.abort(reason));
        await expect(act(stop.signal)).rejects.toBe(reason);
        expect(suite.bench.isStopped(handle)).toBe(true);
        expect((await truthOf(username)).changes).toBe(0);
      });
    });
  }

  const itCan = (capability: Capability) => (capabilities.includes(capability) ? it : it.skip);

  describe('a bio', () => {
    itCan('setBio')('can be another one, and none at all', async () => {
      const { driver } = suite;
      const { handle, account } = await suite.loggedIn();
      for (const text of ['first', '  two  spaces, and a line\n\nbelow', '']) {
        expect(await driver.setBio!(handle, account.username, text, calm())).toEqual({ changed: true });
        expect((await truthOf(account.username)).bio).toBe(text);
      }
      expect((await truthOf(account.username)).changes).toBe(3);
    });

    itCan('setBio')('that is too long is refused, and the old one stays', async () => {
      const { driver } = suite;
      const { handle, account } = await suite.loggedIn();
      await driver.setBio!(handle, account.username, 'old', calm());
      const tooLong = 'x'.repeat(suite.offers.profile.limits.bioMaxChars + 1);
      await expectError(driver.setBio!(handle, account.username, tooLong, calm()), 'InvalidInput');
      expect(await truthOf(account.username)).toMatchObject({ bio: 'old', changes: 1 });
    });
  });

  describe('a photo', () => {
    itCan('setAvatar')('takes the place of the one before', async () => {
      const { bench, driver } = suite;
      const { handle, account } = await suite.loggedIn();
      const seen = new Set<string | null>();
      for (const picture of bench.imagePaths) {
        expect(await driver.setAvatar!(handle, account.username, picture, calm())).toEqual({ changed: true });
        seen.add((await truthOf(account.username)).avatar);
      }
      expect(seen.size).toBe(2);
      expect(seen.has(null)).toBe(false);
      expect((await truthOf(account.username)).changes).toBe(2);
    });

    (suite.can('media-check') ? itCan('setAvatar') : it.skip)('that is none is refused', async () => {
      const { bench, driver } = suite;
      const { handle, account } = await suite.loggedIn();
      const work = driver.setAvatar!(handle, account.username, bench.videoPath, calm());
      await expectError(work, 'MediaRejected');
      expect(await truthOf(account.username)).toMatchObject({ avatar: null, changes: 0 });
    });
  });

  describe('following', () => {
    itCan('follow')('somebody who does not exist is told from a failure', async () => {
      const { bench, driver } = suite;
      const { handle, account } = await suite.loggedIn();
      await expectError(driver.follow!(handle, bench.unknownTarget, calm()), 'TargetNotFound');
      expect(await truthOf(account.username)).toMatchObject({ follows: [], changes: 0 });
    });

    itCan('follow')('oneself is refused', async () => {
      const { driver } = suite;
      const { handle, account } = await suite.loggedIn();
      await expectError(driver.follow!(handle, account.username, calm()), 'InvalidInput');
      expect(await truthOf(account.username)).toMatchObject({ follows: [], changes: 0 });
    });
  });
}
