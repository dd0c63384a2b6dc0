import { AtpAgent } from '@atproto/api';
import type { ApiHandle, Credentials, PostDraft } from '../../activities/platforms/driver.ts';
import { uuidV7 } from '../../activities/uuid-v7.ts';
import type { AtprotoBench } from './atproto-bench.ts';
import { startAtprotoBench } from './atproto-bench.ts';
import { readPost } from './atproto-server.ts';
import { calm, expectError } from './driver-suite-bench.ts';

let bench: AtprotoBench;
beforeAll(async () => {
  bench = await startAtprotoBench(4633);
});
afterEach(async () => {
  await bench.mendSite();
  await bench.endHandles();
});
afterAll(() => bench?.close());

async function loggedIn(): Promise<{ handle: ApiHandle; account: Credentials; did: string }> {
  const account = await bench.newAccount();
  const handle = await bench.newHandle();
  await bench.driver.logIn(handle, account, calm());
  return { handle, account, did: bench.didOf(account.username) };
}

/** Another program that the account's owner uses. */
async function otherClient({ username, password }: Credentials): Promise<AtpAgent> {
  const agent = new AtpAgent({ service: bench.server.url });
  await agent.login({ identifier: username, password });
  return agent;
}

const draft = (caption: string, more: Partial<PostDraft> = {}): PostDraft => ({
  key: uuidV7(),
  filePath: bench.imagePaths[0],
  caption,
  location: null,
  mentions: [],
  ...more,
});

const postsOf = async (did: string) => (await bench.server.records(did, 'app.bsky.feed.post')).map(readPost);

describe('the words of a post', () => {
  it('hold links and mentions as facets, by their bytes; a name that nobody has stays text', async () => {
    const friend = await bench.newAccount();
    const { handle, did } = await loggedIn();
    const caption = `Grüße 🚢 an @${friend.username} und @${bench.unknownTarget}: https://example.org/a?b=ü und #hafen`;
    await bench.driver.submitPost(handle, draft(caption, { mentions: [friend.username] }), calm());
    const [post] = await postsOf(did);
    expect(post).toMatchObject({
      text: caption,
      mentions: [{ did: bench.didOf(friend.username), text: `@${friend.username}` }],
      links: [{ uri: 'https://example.org/a?b=ü', text: 'https://example.org/a?b=ü' }],
    });
  });

  it('hold the place, and leave the caption as it is when posts are listed', async () => {
    const friend = await bench.newAccount();
    const { handle, account, did } = await loggedIn();
    const made = await bench.driver.submitPost(
      handle,
      draft('At anchor', { location: 'Kiel', mentions: [friend.username] }),
      calm(),
    );
    expect((await postsOf(did))[0]?.text).toBe(`At anchor\n\n📍 Kiel\nwith @${friend.username}`);
    expect(await bench.driver.listOwnPosts(handle, account.username, 1, calm())).toEqual([made]);
    expect(made.caption).toBe('At anchor');
  });

  it('are refused when place and mentions make them too long', async () => {
    const { handle, did } = await loggedIn();
    const post = draft('x'.repeat(295), { location: 'Kiel, Germany' });
    await expectError(bench.driver.submitPost(handle, post, calm()), 'InvalidInput');
    expect(await postsOf(did)).toEqual([]);
  });
});

describe('the media of a post', () => {
  it('says how wide and high it is, for videos and images', async () => {
    const { handle, did } = await loggedIn();
    await bench.driver.submitPost(handle, draft('film', { filePath: bench.videoPath }), calm());
    await bench.driver.submitPost(handle, draft('picture'), calm());
    expect((await postsOf(did)).map(({ text, aspectRatio, blob }) => [text, aspectRatio, blob.mimeType])).toEqual([
      ['film', { width: 320, height: 180 }, 'video/mp4'],
      ['picture', { width: 96, height: 64 }, 'image/png'],
    ]);
  });
});

describe('the key of a post', () => {
  it('makes one post of the same draft, sent twice and at the same time', async () => {
    const { handle, did } = await loggedIn();
    const post = draft('only once');
    const send = () => bench.driver.submitPost(handle, post, calm());
    const made = [...(await Promise.all([send(), send()])), await send()];
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect((await postsOf(did)).map(({ id }) => id)).toEqual([made[0]!.id]);
  });

  it('makes two posts of two drafts with the same words', async () => {
    const { handle, did } = await loggedIn();
    for (const post of [draft('again'), draft('again')]) await bench.driver.submitPost(handle, post, calm());
    expect((await postsOf(did)).map(({ text }) => text)).toEqual(['again', 'again']);
  });

  it('never writes over something else', async () => {
    const { handle, did } = await loggedIn();
    const post = draft('first');
    await bench.driver.submitPost(handle, post, calm());
    const other = { ...post, caption: 'second' };
    await expectError(bench.driver.submitPost(handle, other, calm()), 'InvalidInput');
    expect((await postsOf(did)).map(({ text }) => text)).toEqual(['first']);
  });
});

describe('the profile', () => {
  it('keeps everything else that is in it', async () => {
    const { handle, account, did } = await loggedIn();
    const client = await otherClient(account);
    await client.upsertProfile(() => ({ displayName: 'Ada', description: 'old' }));
    expect(await bench.driver.setBio!(handle, account.username, 'new', calm())).toEqual({ changed: true });
    await bench.driver.setAvatar!(handle, account.username, bench.imagePaths[1], calm());
    const [profile] = await bench.server.records(did, 'app.bsky.actor.profile');
    expect(profile?.value).toMatchObject({
      displayName: 'Ada',
      description: 'new',
      avatar: { mimeType: 'image/jpeg' },
    });
  });
});

describe('a follow', () => {
  it('that another program made is found, however the account is called', async () => {
    const { username } = await bench.newAccount();
    const target = bench.didOf(username);
    const { handle, account, did } = await loggedIn();
    await (await otherClient(account)).follow(target);
    for (const name of [username, `@${username}`, `https://bsky.app/profile/${username}`, target]) {
      expect(await bench.driver.follow!(handle, name, calm())).toEqual({ changed: false });
    }
    expect(await bench.server.records(did, 'app.bsky.graph.follow')).toHaveLength(1);
  });
});
