import { kindList } from './index.ts';
import { upload } from './upload.ts';

const ids = [
  '3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e11',
  '3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e12',
  '3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e13',
];
const account = {
  id: 'a1',
  platform: 'sandbox',
  username: 'ann',
  timeZone: 'UTC',
  quietHours: null,
  proxyId: null,
  links: [],
};
const task = { id: 't1', date: '2026-01-31T10:00:00.000Z', total: 3 };
const plan = (params: object, index = 0) =>
  upload.plan(upload.params.parse({ mediaIds: ids, ...params }), account, index, task, {
    targets: [],
    platforms: {},
    visitHosts: [],
  });

describe('an upload', () => {
  it('plans one post an account, in turn', () => {
    expect(plan({}, 1).posts.map((post) => post.mediaId)).toEqual([ids[1]]);
  });

  it('fills in the caption of each post', () => {
    const [post] = plan({ captions: ['{{username}} {{date}} #{{index}}'] }, 2).posts;
    expect(post?.caption).toBe('ann 2026-01-31 #3');
  });

  it('plans the same for the same account task, whenever it is asked', () => {
    const params = { captions: ['{a|b|c|d}', '{e|f|g}'], assign: 'shuffle', perAccount: 2 };
    expect(plan(params)).toEqual(plan(params));
  });

  it('takes mentions with or without @', () => {
    expect(plan({ mentions: ['@bob', 'eve'] }).posts[0]?.mentions).toEqual(['bob', 'eve']);
  });

  it('refuses the same video twice, no video, and unknown fields', () => {
    expect(upload.params.safeParse({ mediaIds: [ids[0], ids[0]] }).success).toBe(false);
    expect(upload.params.safeParse({ mediaIds: [] }).success).toBe(false);
    expect(upload.params.safeParse({ mediaIds: ids, caption: 'one' }).success).toBe(false);
  });
});

describe('every kind', () => {
  it.each(kindList.map((kind) => [kind.name, kind] as const))(
    '%s has examples that its own schema takes',
    (_, kind) => {
      expect(kind.examples.length).toBeGreaterThan(0);
      for (const { params } of kind.examples) expect(kind.params.safeParse(params).success).toBe(true);
    },
  );
});
