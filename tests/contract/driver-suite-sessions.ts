import type { Suite } from './driver-suite-bench.ts';
import { calm, expectError } from './driver-suite-bench.ts';

/** Logging in, challenges, and sessions that are used again. */
export function describeSessions<Handle>(suite: Suite<Handle>): void {
  const { itWith } = suite;

  describe('logging in', () => {
    it('works with a password', async () => {
      const { handle, account } = await suite.loggedIn();
      expect(await suite.driver.checkSession(handle, account.username, calm())).toBe('valid');
    });

    itWith('totp')('works with a password and a TOTP seed', async () => {
      const { handle, account } = await suite.loggedIn({ totp: true });
      expect(await suite.driver.checkSession(handle, account.username, calm())).toBe('valid');
    });

    itWith('totp')('asks for a person when a code of the app is wanted and there is no seed', async () => {
      const { bench, driver } = suite;
      const account = await bench.newAccount({ totp: true });
      const error = await expectError(
        driver.logIn(await bench.newHandle(), { ...account, totpSecret: null }, calm()),
        'ChallengeRequired',
      );
      expect(error.details.challenge).toBe('totp');
    });

    it('says that a wrong password is wrong', async () => {
      const { bench, driver } = suite;
      const account = await bench.newAccount();
      await expectError(
        driver.logIn(await bench.newHandle(), { ...account, password: 'not-it' }, calm()),
        'InvalidCredentials',
      );
    });

    itWith('challenge')('asks for a person at a challenge, and goes on with the answer', async () => {
      const { bench, driver } = suite;
      const account = await bench.newAccount();
      await bench.breakSite(account.username, 'challenge', { count: 1 });
      const handle = await bench.newHandle();
      const error = await expectError(driver.logIn(handle, account, calm()), 'ChallengeRequired');
      expect(error.details.challenge).toBe('email-code');
      await expectError(driver.answerChallenge!(handle, 'wrong', calm()), 'ChallengeRequired');
      await driver.answerChallenge!(handle, await bench.emailCode!(account.username), calm());
      expect(await driver.checkSession(handle, account.username, calm())).toBe('valid');
    });

    itWith('suspend')('says that a suspended account is blocked', async () => {
      const { bench, driver } = suite;
      const account = await bench.newAccount();
      await bench.breakSite(account.username, 'suspend');
      await expectError(driver.logIn(await bench.newHandle(), account, calm()), 'AccountBlocked');
    });

    itWith('throttle')('says how long the platform wants to be left alone', async () => {
      const { bench, driver } = suite;
      const account = await bench.newAccount();
      await bench.breakSite(account.username, 'throttle', { seconds: 7 });
      const error = await expectError(driver.logIn(await bench.newHandle(), account, calm()), 'Throttled');
      expect(error.details.retryAfterMs).toBe(7_000);
    });

    itWith('proxy')('tells a proxy that does not answer from a site that does not', async () => {
      const { bench, driver } = suite;
      const account = await bench.newAccount();
      const handle = await bench.newHandle({ proxy: { server: 'http://127.0.0.1:9' } });
      await expectError(driver.logIn(handle, account, calm()), 'ProxyFailed');
    });
  });

  describe('a stored session', () => {
    it('is used again on another handle, without a log-in', async () => {
      const { bench, driver } = suite;
      const { handle, account } = await suite.loggedIn();
      const stored = JSON.parse(JSON.stringify(await bench.sessionOf(handle))) as unknown;
      const later = await bench.newHandle({ session: stored });
      expect(await driver.checkSession(later, account.username, calm())).toBe('valid');
      expect(await driver.listOwnPosts(later, account.username, 1, calm())).toEqual([]);
      expect((await bench.truth(account.username)).logins).toBe(1);
    });

    it('is not there on a handle that never logged in', async () => {
      const { bench, driver } = suite;
      const account = await bench.newAccount();
      expect(await driver.checkSession(await bench.newHandle(), account.username, calm())).toBe('expired');
    });

    it('of another account counts as none', async () => {
      const { handle } = await suite.loggedIn();
      const other = await suite.bench.newAccount();
      expect(await suite.driver.checkSession(handle, other.username, calm())).toBe('expired');
    });

    itWith('expire-session')('that the platform ended is found out, also before a post', async () => {
      const { bench, driver } = suite;
      const { handle, account } = await suite.loggedIn();
      await bench.breakSite(account.username, 'expire-session', { count: 1 });
      await expectError(driver.submitPost(handle, suite.draft('late'), calm()), 'SessionExpired');
      expect(await driver.checkSession(handle, account.username, calm())).toBe('expired');
      expect((await bench.truth(account.username)).posts).toEqual([]);
    });
  });
}
