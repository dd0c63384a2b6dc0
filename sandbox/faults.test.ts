import { createFaults } from './faults.ts';
import { alertOf, film, newSite, PHOTO, type Visitor } from './testing.ts';

let site: Awaited<ReturnType<typeof newSite>>;
beforeAll(async () => {
  site = await newSite();
});
afterAll(() => site.closeAndForget());
beforeEach(async () => {
  await site.control('reset', {});
  await site.accounts('anna', 'ben');
});

test('a fault strikes by its rate, at most so often, and only its account', () => {
  const dice = [0.1, 0.9, 0.1, 0.1, 0.1];
  const faults = createFaults(() => dice.shift() ?? 1);
  faults.set([{ fault: 'slow', rate: 0.5, count: 2, username: 'Anna' }]);
  const struck = ['ben', null, 'anna', 'anna', 'anna', 'anna'].map((name) => faults.strike('slow', name) !== null);
  expect(struck).toEqual([false, false, true, false, true, false]);
  expect(faults.strike('error', 'anna')).toBeNull();
});

test('error breaks pages and uploads of logged-in accounts as often as ordered', async () => {
  const anna = await site.loggedIn('anna');
  await site.faults({ fault: 'error', count: 2, username: 'anna' });
  expect((await anna.get('/')).status).toBe(500);
  expect((await anna.upload('/upload', film())).status).toBe(500);
  expect((await anna.upload('/upload', film())).status).toBe(201);
  expect((await site.summary()).posts).toBe(1);
});

test('slow makes the page wait and then answer', async () => {
  const anna = await site.loggedIn('anna');
  await site.faults({ fault: 'slow', ms: 5, count: 1 });
  expect((await anna.get('/')).status).toBe(200);
  const { faults } = await site.control<{ faults: { hits: number }[] }>('faults');
  expect(faults).toMatchObject([{ hits: 1 }]);
});

test('drop-before breaks the connection and nothing is posted', async () => {
  const anna = await site.loggedIn('anna');
  await site.faults({ fault: 'drop-before', count: 1 });
  await expect(anna.upload('/upload', film())).rejects.toThrow('fetch failed');
  expect((await site.summary()).posts).toBe(0);
  expect((await anna.upload('/upload', film())).status).toBe(201);
});

test('drop-after breaks the connection though the post is there', async () => {
  const anna = await site.loggedIn('anna');
  await site.faults({ fault: 'drop-after', count: 1 });
  await expect(anna.upload('/clips/upload', film(), { caption: 'kept' })).rejects.toThrow('fetch failed');
  expect((await site.truth('anna')).clips).toMatchObject([{ caption: 'kept' }]);
});

test.each([
  ['the bio', (anna: Visitor) => anna.post('/settings/profile', { bio: 'new' })],
  ['the photo', (anna: Visitor) => anna.savePhoto(PHOTO)],
  ['a follow', (anna: Visitor) => anna.post('/u/ben/follow', {})],
])('drop-before and drop-after break connections at a change of %s, before and after it is stored', async (_, act) => {
  const anna = await site.loggedIn('anna');
  const changes = async () => {
    const { bioChanges, avatarChanges, followChanges } = await site.truth('anna');
    return bioChanges.length + avatarChanges.length + followChanges.length;
  };
  await site.faults({ fault: 'drop-before', count: 1 });
  await expect(act(anna)).rejects.toThrow('fetch failed');
  expect(await changes()).toBe(0);
  await site.faults({ fault: 'drop-after', count: 1 });
  await expect(act(anna)).rejects.toThrow('fetch failed');
  expect(await changes()).toBe(1);
});

test('expire-session ends the session for good', async () => {
  const anna = await site.loggedIn('anna');
  await site.faults({ fault: 'expire-session', count: 1 });
  expect((await anna.get('/')).location).toBe('/login');
  expect((await anna.get('/')).location).toBe('/login');
  await anna.logIn('anna');
  expect((await anna.get('/')).status).toBe(200);
});

test('throttle answers 429 with the time to wait, on pages, uploads and at log-in', async () => {
  const anna = await site.loggedIn('anna');
  await site.faults({ fault: 'throttle', seconds: 7, username: 'anna' });
  for (const answer of [await anna.get('/'), await site.visitor().logIn('anna')]) {
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7']);
    expect(alertOf(answer)).toBe('Too many requests. Try again in 7 seconds.');
  }
  const upload = await anna.upload('/upload', film());
  expect([upload.status, upload.headers.get('retry-after')]).toEqual([429, '7']);
  await site.faults();
  expect((await anna.get('/')).status).toBe(200);
});

test('suspend closes the account, on pages and at log-in, until it is restored', async () => {
  const anna = await site.loggedIn('anna');
  await site.faults({ fault: 'suspend', username: 'anna' });
  expect(alertOf(await anna.get('/'))).toBe('This account is suspended.');
  await site.faults();
  const login = await site.visitor().logIn('anna');
  expect([login.status, alertOf(login)]).toEqual([403, 'This account is suspended.']);
  expect((await site.truth('anna')).suspended).toBe(true);
  await site.control('restore', { username: 'anna' });
  expect((await anna.get('/')).status).toBe(200);
});

test('move-buttons gives the forms other words, and they still work', async () => {
  const anna = await site.loggedIn('anna');
  await site.faults({ fault: 'move-buttons' });
  const upload = (await anna.get('/upload')).text;
  expect(upload).toContain('Publish now</button>');
  for (const label of ['>Share<', '>Caption<', '>Location<', 'Choose a video or photo']) {
    expect(upload).not.toContain(label);
  }
  const settings = (await anna.get('/settings/profile')).text;
  for (const label of ['>Bio<', '>Save profile<', '>Profile photo<', '>Save photo<']) {
    expect(settings).not.toContain(label);
  }
  expect((await anna.get('/u/ben')).text).not.toContain('>Follow<');
  const login = (await site.visitor().get('/login')).text;
  for (const label of ['>Username<', '>Password<', '>Log in<']) expect(login).not.toContain(label);
  await site.faults();
  expect((await anna.get('/upload')).text).toContain('<button>Share</button>');
  expect((await anna.get('/settings/profile')).text).toContain('<button>Save profile</button>');
  expect((await anna.get('/u/ben')).text).toContain('<button>Follow</button>');
});

test('an account that asks too often is throttled, others are not', async () => {
  const strict = await newSite({ ratePerMinute: 3 });
  try {
    await strict.accounts('anna', 'ben');
    const [anna, ben] = [await strict.loggedIn('anna'), await strict.loggedIn('ben')];
    expect([(await anna.get('/')).status, (await anna.get('/')).status]).toEqual([200, 200]);
    const refused = await anna.get('/');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ben.get('/')).status).toBe(200);
  } finally {
    await strict.closeAndForget();
  }
});
