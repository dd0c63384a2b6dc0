import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { alertOf, film, jpeg, newSite, PHOTO, webm } from './testing.ts';

let site: Awaited<ReturnType<typeof newSite>>;
beforeAll(async () => {
  site = await newSite();
});
afterAll(() => site.closeAndForget());
beforeEach(async () => {
  await site.control('reset', {});
  await site.accounts('anna', 'ben');
});

test('a post is answered with its address, shown there, and whole in the ground truth', async () => {
  const anna = await site.loggedIn('anna');
  const file = film('ferry');
  const fields = { caption: 'First ferry\r\n⛵', location: ' Oslo ', mentions: '@ben, anna' };
  const answer = await anna.upload('/upload', file, fields);
  expect(answer.status).toBe(201);
  const { id, state, permalink, message } = JSON.parse(answer.text);
  expect({ state, message, permalink }).toEqual({
    state: 'published',
    message: 'Your post is shared.',
    permalink: `/p/${id}`,
  });
  expect((await site.truth('anna')).posts).toMatchObject([
    {
      id,
      caption: 'First ferry\n⛵',
      location: 'Oslo',
      mentions: ['ben', 'anna'],
      mediaSha256: createHash('sha256').update(file).digest('hex'),
    },
  ]);
  const page = (await anna.get(permalink)).text;
  for (const part of ['First ferry\n⛵', 'Oslo', '<a href="/u/ben">@ben</a>', '<video', '<time datetime=']) {
    expect(page).toContain(part);
  }
  expect((await site.loggedIn('ben').then((ben) => ben.get('/notifications'))).text).toContain(`/p/${id}`);
});

test('a post without location and mentions has none', async () => {
  const anna = await site.loggedIn('anna');
  await anna.upload('/upload', PHOTO);
  expect((await site.truth('anna')).posts).toMatchObject([{ caption: '', location: null, mentions: [] }]);
  expect((await anna.get('/u/anna')).text).toContain('aria-label="Untitled post"');
});

test('a form sent without the script leads to the new post, or to an alert', async () => {
  const anna = await site.loggedIn('anna');
  const { status, location } = await anna.submitUpload('/upload', PHOTO);
  expect([status, location]).toEqual([303, `/p/${(await site.truth('anna')).posts[0]?.id}`]);
  expect(alertOf(await anna.submitUpload('/upload', PHOTO.slice(0, 30)))).toBe('This file could not be processed.');
});

test('the form has the words that people and drivers look for', async () => {
  const page = await site.loggedIn('anna').then((anna) => anna.get('/upload'));
  for (const label of ['Choose a video or photo', 'Caption', 'Location', 'Mentions']) {
    expect(page.text).toContain(`>${label}</label>`);
  }
  expect(page.text).toContain('<button>Share</button>');
});

test.each([
  ['mp4', film()],
  ['mov', film('film', 'qt  ')],
  ['webm', webm()],
  ['jpeg', jpeg()],
  ['png', PHOTO],
])('%s files are taken', async (_name, file) => {
  const anna = await site.loggedIn('anna');
  expect((await anna.upload('/upload', file)).status).toBe(201);
});

test.each([
  ['an mp4', film('a long enough film')],
  ['a webm', webm().subarray(0, -9)],
  ['a jpeg', jpeg()],
  ['a png', PHOTO],
])('%s that is cut off is refused and nothing is posted', async (_name, file) => {
  const anna = await site.loggedIn('anna');
  const refused = await anna.upload('/upload', file.slice(0, -3));
  expect([refused.status, JSON.parse(refused.text)]).toEqual([422, { message: 'This file could not be processed.' }]);
  expect((await site.summary()).posts).toBe(0);
});

test.each([
  ['no file', null, {}, 'Choose a video or photo first.'],
  ['text', new Uint8Array(Buffer.from('not a film at all, only words')), {}, 'This file could not be processed.'],
  ['an unknown mention', PHOTO, { mentions: 'ben, @ghost' }, 'There is no account named @ghost.'],
  ['a long caption', PHOTO, { caption: '⛵'.repeat(301) }, 'The caption may have at most 300 characters.'],
])('%s is refused with a clear sentence', async (_name, file, fields, message) => {
  const anna = await site.loggedIn('anna');
  const refused = await anna.upload('/upload', file, fields as Record<string, string>);
  expect([refused.status, JSON.parse(refused.text)]).toEqual([422, { message }]);
  expect((await site.summary()).posts).toBe(0);
});

test('a caption of 300 characters outside the basic plane fits', async () => {
  const anna = await site.loggedIn('anna');
  const caption = '🚢'.repeat(300);
  expect((await anna.upload('/upload', PHOTO, { caption })).status).toBe(201);
  expect((await site.truth('anna')).posts[0]?.caption).toBe(caption);
});

test('the script is told where to go when nobody is logged in', async () => {
  const stranger = await site.visitor().upload('/upload', film());
  expect([stranger.status, JSON.parse(stranger.text).goTo]).toEqual([401, '/login']);
});

test('clips are films only, have addresses of their own and are apart in the ground truth', async () => {
  const anna = await site.loggedIn('anna');
  expect(JSON.parse((await anna.upload('/clips/upload', PHOTO)).text).message).toContain('Clips are videos.');
  const { id, permalink } = JSON.parse((await anna.upload('/clips/upload', film(), { caption: 'short' })).text);
  expect(permalink).toBe(`/clips/p/${id}`);
  expect((await anna.get(permalink)).status).toBe(200);
  expect((await anna.get(`/p/${id}`)).status).toBe(404);
  expect((await anna.get('/clips/u/anna')).text).toContain(permalink);
  expect((await anna.get('/u/anna')).text).not.toContain(permalink);
  expect((await anna.get('/clips')).text).toContain(permalink);
  expect((await anna.get('/clips/upload')).text).toContain('<button>Post clip</button>');
  expect(await site.truth('anna')).toMatchObject({ posts: [], clips: [{ id, caption: 'short' }] });
});

test('the same file with the same caption twice is a duplicate of the account', async () => {
  const anna = await site.loggedIn('anna');
  for (const caption of ['one', 'one', 'two']) await anna.upload('/upload', film(), { caption });
  await site.loggedIn('ben').then((ben) => ben.upload('/upload', film(), { caption: 'one' }));
  const { duplicates, posts } = await site.truth('anna');
  expect(duplicates).toMatchObject([{ caption: 'one', ids: posts.slice(0, 2).map(({ id }) => id) }]);
  expect(await site.summary()).toEqual({ accounts: 2, posts: 4, clips: 0, duplicates: 1 });
});

test('a post in processing is seen by its owner alone', async () => {
  const slow = await newSite({ processingDelayMs: 600_000 });
  try {
    await slow.accounts('anna', 'ben');
    const [anna, ben] = [await slow.loggedIn('anna'), await slow.loggedIn('ben')];
    const { permalink, message } = JSON.parse((await anna.upload('/upload', film(), { caption: 'soon' })).text);
    expect(message).toBe('Your post is processing.');
    expect((await anna.get('/u/anna')).text).toContain('>Processing</span>');
    expect((await anna.get(permalink)).status).toBe(200);
    expect((await ben.get('/u/anna')).text).not.toContain(permalink);
    expect((await ben.get(permalink)).status).toBe(404);
    expect((await slow.truth('anna')).posts).toMatchObject([{ state: 'processing', publishedAt: null }]);
  } finally {
    await slow.closeAndForget();
  }
});

test('an upload gets an interim answer, so that no browser sends it twice by itself', async () => {
  const session = await fetch(`${site.url}/login`, {
    method: 'POST',
    body: new URLSearchParams({ username: 'ben', password: 'secret' }),
    redirect: 'manual',
  });
  const cookie = session.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const interim = await new Promise<number>((resolve, reject) => {
    const upload = request(`${site.url}/upload`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'multipart/form-data; boundary=x' },
    });
    upload.on('information', ({ statusCode }) => resolve(statusCode));
    upload.on('response', () => reject(new Error('answered at once')));
    upload.on('error', reject);
    upload.end('--x--\r\n');
  });
  expect(interim).toBe(102);
});
