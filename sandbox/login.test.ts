import { Secret, TOTP } from 'otpauth';
import { lockSeconds } from './routes/login.ts';
import { alertOf, newSite } from './testing.ts';

let site: Awaited<ReturnType<typeof newSite>>;
beforeAll(async () => {
  site = await newSite();
});
afterAll(() => site.closeAndForget());
beforeEach(async () => {
  await site.control('reset', {});
  await site.accounts('anna', 'ben');
});

const SECRET = 'JBSWY3DPEHPK3PXP';
const TOTP_CODE = () => new TOTP({ secret: Secret.fromBase32(SECRET) }).generate();

describe('log-in', () => {
  test('with the right password opens the site and is in the ground truth', async () => {
    const anna = site.visitor();
    expect((await anna.get('/')).location).toBe('/login');
    expect((await anna.logIn('anna')).location).toBe('/');
    const home = await anna.get('/');
    expect(home.status).toBe(200);
    for (const link of ['Home', 'Upload', 'Clips', 'Notifications', 'Profile', 'Settings']) {
      expect(home.text).toMatch(new RegExp(`<a[^>]*>${link}</a>`));
    }
    expect((await site.truth('anna')).logins).toBe(1);
    expect((await site.truth('anna')).loginTimes).toHaveLength(1);
  });

  test('with a wrong password or an unknown name says the same, and counts the failure', async () => {
    const anna = site.visitor();
    const wrong = await anna.logIn('anna', 'guess');
    expect([wrong.status, alertOf(wrong)]).toEqual([401, 'Wrong username or password.']);
    expect(alertOf(await anna.logIn('nobody'))).toBe('Wrong username or password.');
    expect(await site.truth('anna')).toMatchObject({ logins: 0, loginFailures: 1 });
  });

  test('is locked for a while after many failures in a row', async () => {
    const anna = site.visitor();
    for (let failure = 0; failure < 10; failure += 1) await anna.logIn('anna', 'guess');
    const locked = await anna.logIn('anna');
    expect(locked.status).toBe(429);
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(alertOf(locked)).toMatch(/^Too many requests\. Try again in \d+ seconds\.$/);
  });

  test('the lock grows with each failure up to a minute', () => {
    const after = (failuresInARow: number) => lockSeconds({ failuresInARow, lastFailureMs: 1_000 } as never, 1_000);
    expect([9, 10, 11, 12, 30].map(after)).toEqual([0, 1, 2, 4, 60]);
  });

  test('with a second factor asks for its code and counts only when it was right', async () => {
    await site.control('accounts', { accounts: [{ username: 'carl', password: 'secret', totpSecret: SECRET }] });
    const carl = site.visitor();
    expect((await carl.logIn('carl')).location).toBe('/login/totp');
    expect((await carl.get('/')).location).toBe('/login/totp');
    expect((await carl.get('/login/totp')).text).toContain('Authentication code</label>');
    expect(alertOf(await carl.post('/login/totp', { code: '12' }))).toBe('That code is not right.');
    expect((await site.truth('carl')).logins).toBe(0);
    expect((await carl.post('/login/totp', { code: TOTP_CODE() })).location).toBe('/');
    expect((await carl.get('/')).status).toBe(200);
    expect((await site.truth('carl')).logins).toBe(1);
  });

  test('log-out ends the session on the server', async () => {
    const anna = await site.loggedIn('anna');
    expect((await anna.post('/logout', {})).location).toBe('/login');
    expect((await anna.get('/')).location).toBe('/login');
  });
});

describe('a challenge', () => {
  test('is raised at log-in, answered with the code from the mailbox, and not raised again', async () => {
    await site.faults({ fault: 'challenge', username: 'anna' });
    const anna = site.visitor();
    expect((await anna.logIn('anna')).location).toBe('/challenge');
    expect((await anna.get('/')).location).toBe('/challenge');
    expect((await site.truth('anna')).logins).toBe(0);
    expect((await anna.get('/challenge')).text).toContain('Code from your e-mail</label>');
    expect(alertOf(await anna.post('/challenge', { code: '1' }))).toBe('That code is not right.');
    expect((await anna.post('/challenge', { code: await site.code('anna') })).location).toBe('/');
    expect((await anna.get('/')).status).toBe(200);
    expect((await site.truth('anna')).logins).toBe(1);
    expect((await site.loggedIn('anna').then((again) => again.get('/'))).status).toBe(200);
    expect((await site.loggedIn('ben').then((ben) => ben.get('/'))).status).toBe(200);
  });

  test('is raised on the next page of an open session, which then goes on', async () => {
    const anna = await site.loggedIn('anna');
    await site.faults({ fault: 'challenge' });
    expect((await anna.get('/upload')).location).toBe('/challenge');
    await anna.post('/challenge', { code: await site.code('anna') });
    expect((await anna.get('/upload')).status).toBe(200);
    expect((await site.truth('anna')).logins).toBe(1);
  });

  test('answered in one session lets another waiting one through', async () => {
    await site.faults({ fault: 'challenge' });
    const one = await site.loggedIn('anna');
    const other = await site.loggedIn('anna');
    await one.post('/challenge', { code: await site.code('anna') });
    expect((await other.get('/')).status).toBe(200);
  });

  test('is raised anew by a new fault', async () => {
    const anna = await site.loggedIn('anna');
    for (const round of [1, 2]) {
      await site.faults({ fault: 'challenge' });
      expect((await anna.get('/')).location).toBe('/challenge');
      await anna.post('/challenge', { code: await site.code('anna') });
      const { messages } = await site.control<{ messages: unknown[] }>('mailbox/anna');
      expect(messages).toHaveLength(round);
    }
  });
});
