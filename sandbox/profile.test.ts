import { createHash } from 'node:crypto';
import { alertOf, film, newSite, PHOTO } from './testing.ts';

let site: Awaited<ReturnType<typeof newSite>>;
beforeAll(async () => {
  site = await newSite();
});
afterAll(() => site.closeAndForget());
beforeEach(async () => {
  await site.control('reset', {});
  await site.accounts('anna', 'ben');
});

test('a bio is saved, shown escaped, and in the ground truth', async () => {
  const anna = await site.loggedIn('anna');
  expect((await anna.post('/settings/profile', { bio: 'Boats <b>\r\n& fog' })).location).toContain('saved=bio');
  expect((await anna.get('/u/anna')).text).toContain('Boats &lt;b&gt;\n&amp; fog');
  expect(await site.truth('anna')).toMatchObject({
    bio: 'Boats <b>\n& fog',
    bioChanges: [{ bio: 'Boats <b>\n& fog' }],
  });
});

test('a bio of more than 150 characters is refused, counted as people count', async () => {
  const anna = await site.loggedIn('anna');
  expect((await anna.post('/settings/profile', { bio: '⛵'.repeat(150) })).status).toBe(303);
  const refused = await anna.post('/settings/profile', { bio: 'x'.repeat(151) });
  expect(alertOf(refused)).toBe('The bio may have at most 150 characters.');
  expect((await site.truth('anna')).bio).toBe('⛵'.repeat(150));
});

test('a profile photo is stored by its bytes and served; a film is no photo', async () => {
  const anna = await site.loggedIn('anna');
  expect((await anna.savePhoto(PHOTO)).location).toContain('saved=photo');
  const sha256 = createHash('sha256').update(PHOTO).digest('hex');
  expect((await site.truth('anna')).avatarSha256).toBe(sha256);
  const picture = await fetch(`${site.url}/media/${sha256}.png`);
  expect(Buffer.from(await picture.arrayBuffer()).equals(PHOTO)).toBe(true);
  expect(alertOf(await anna.savePhoto(film()))).toBe('This file could not be processed.');
  expect((await site.truth('anna')).avatarChanges).toHaveLength(1);
});

test('following is shown on both sides, told to the followed, and can be undone', async () => {
  const anna = await site.loggedIn('anna');
  expect((await anna.get('/u/ben')).text).toContain('<button>Follow</button>');
  for (const _again of [1, 2]) await anna.post('/u/ben/follow', {});
  expect((await anna.get('/u/ben')).text).toMatch(/<button[^>]*>Following<\/button>/);
  expect((await site.truth('anna')).follows).toEqual(['ben']);
  expect((await site.truth('anna')).followChanges).toHaveLength(1);
  expect((await site.truth('ben')).followers).toBe(1);
  const ben = await site.loggedIn('ben');
  expect((await ben.get('/notifications')).text).toContain('follows you');
  await anna.post('/u/ben/unfollow', {});
  expect((await site.truth('anna')).follows).toEqual([]);
  expect((await anna.post('/u/ghost/follow', {})).status).toBe(404);
});

test('the feed shows own and followed posts, newest first, in pages', async () => {
  await site.accounts('carl');
  const [anna, ben, carl] = [await site.loggedIn('anna'), await site.loggedIn('ben'), await site.loggedIn('carl')];
  await carl.upload('/upload', film(), { caption: 'a stranger' });
  for (let number = 1; number <= 6; number += 1) {
    await anna.upload('/upload', film(`a${number}`), { caption: `anna ${number}` });
    await ben.upload('/upload', film(`b${number}`), { caption: `ben ${number}` });
  }
  await anna.post('/u/ben/follow', {});
  const captions = (text: string) => [...text.matchAll(/class="caption">([^<]*)/g)].map(([, caption]) => caption);
  const first = (await anna.get('/')).text;
  const older = /href="(\/\?before=\d+)"/.exec(first)?.[1];
  const second = (await anna.get(older ?? '/missing')).text;
  const expected = [6, 5, 4, 3, 2, 1].flatMap((number) => [`ben ${number}`, `anna ${number}`]);
  expect([captions(first), captions(second)]).toEqual([expected.slice(0, 10), expected.slice(10)]);
  expect(second).not.toContain('Older posts');
});
