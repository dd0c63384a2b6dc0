import { avatar } from './avatar.ts';
import { bio } from './bio.ts';
import { booster, notYetThere } from './booster.ts';
import { cookieRobot } from './cookie-robot.ts';
import type { Facts, PlanAccount } from './define.ts';
import { follow } from './follow.ts';
import { kindList } from './index.ts';
import { rampStageOn, warmup } from './warmup.ts';

const account: PlanAccount = {
  ...{ id: 'a1', platform: 'sandbox', username: 'ann', timeZone: 'Europe/Berlin', quietHours: null, proxyId: null },
  links: [{ id: 'c1', platform: 'sandbox-clips', username: 'ann.clips' }],
};
const task = { id: 't1', date: '2026-01-31T10:00:00.000Z', total: 3 };
const facts: Facts = {
  targets: ['bob', 'Ann', 'eve', 'kim'],
  platforms: {
    sandbox: ['logIn', 'publishVideo', 'listOwnPosts'],
    'sandbox-clips': ['logIn', 'publishVideo', 'listOwnPosts'],
    silent: ['logIn'],
  },
  visitHosts: ['example.com'],
};
const id = (n: number) => `3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e1${n}`;

describe('every kind', () => {
  it.each(kindList.map((kind) => [kind.name, kind] as const))('%s takes its own examples', (_name, kind) => {
    expect(kind.examples.length).toBeGreaterThan(0);
    for (const { params } of kind.examples) expect(kind.params.safeParse(params).success).toBe(true);
  });

  it.each(kindList.map((kind) => [kind.name, kind] as const))(
    '%s refuses what its schema does not name',
    (_n, kind) => {
      expect(kind.params.safeParse({ ...(kind.examples[0]?.params as object), surprise: 1 }).success).toBe(false);
    },
  );
});

describe('a bio', () => {
  const planOf = (params: object, index: number) => bio.plan(bio.params.parse(params), account, index, task, facts);

  it('is filled in from the texts in turn, the same whenever it is asked for', () => {
    const params = { texts: ['{{username}} #{{index}}', '{a|b|c}'] };
    expect(planOf(params, 0).text).toBe('ann #1');
    expect(planOf(params, 1).text).toMatch(/^[abc]$/);
    expect(planOf(params, 1)).toEqual(planOf(params, 1));
  });
});

describe('an avatar', () => {
  it('is one of the pictures, in turn', () => {
    const params = avatar.params.parse({ mediaIds: [id(1), id(2)] });
    const chosen = [0, 1, 2].map((index) => avatar.plan(params, account, index, task, facts).mediaId);
    expect(chosen).toEqual([id(1), id(2), id(1)]);
  });
});

describe('follows', () => {
  const params = follow.params.parse({ categoryId: id(1), perAccount: 2 });

  it('share the category out and leave the account itself out', () => {
    expect(follow.plan(params, account, 0, task, facts).targets).toEqual(['bob', 'eve']);
    expect(follow.plan(params, account, 1, task, facts).targets).toEqual(['kim', 'bob']);
  });

  it('are refused where the category is empty', () => {
    expect(follow.refuse?.(params, account, { ...facts, targets: [] })).toContain('no targets');
  });
});

describe('a warm-up', () => {
  const planOf = (params: object) => warmup.plan(warmup.params.parse(params), account, 0, task, facts);

  it('begins at once and goes on over the days, in order', () => {
    const { sessions } = planOf({ days: 5, sessionsPerDay: 3 });
    expect(sessions[0]?.at).toBe(task.date);
    expect([...sessions].sort((a, b) => a.at.localeCompare(b.at))).toEqual(sessions);
    expect(new Set(sessions.map(({ day }) => day))).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(sessions.length).toBeLessThanOrEqual(15);
    expect(warmup.lastsMs?.({ timeZone: 'UTC', sessions })).toBeGreaterThan(3 * 86_400_000);
  });

  it('lets the limits rise stage by stage', () => {
    expect([0, 3, 4, 8, 13].map((day) => rampStageOn(day, 14))).toEqual([0, 0, 1, 2, 3]);
  });
});

describe('a cookie robot', () => {
  it('names every address that is not on the allow-list', () => {
    const params = cookieRobot.params.parse({
      urls: ['https://example.com/', 'https://evil.org/', 'http://127.0.0.1/'],
    });
    expect(cookieRobot.check?.(params, facts).map(({ path }) => path)).toEqual(['params.urls.1', 'params.urls.2']);
  });

  it('takes web addresses only', () => {
    expect(cookieRobot.params.safeParse({ urls: ['file:///etc/passwd'] }).success).toBe(false);
  });
});

describe('a booster', () => {
  const params = booster.params.parse({ sourcePlatform: 'sandbox', targetPlatform: 'sandbox-clips' });

  it('publishes on the linked account', () => {
    expect(booster.plan(params, account, 0, task, facts)).toMatchObject({ targetId: 'c1', target: 'ann.clips' });
    expect(booster.check?.(params, facts)).toEqual([]);
  });

  it('refuses accounts of other platforms and without a link', () => {
    expect(booster.refuse?.(params, { ...account, platform: 'silent' }, facts)).toContain('not on sandbox');
    expect(booster.refuse?.(params, { ...account, links: [] }, facts)).toContain('no linked account');
  });

  it.each([
    [{ targetPlatform: 'sandbox' }, 'another platform'],
    [{ targetPlatform: 'nowhere' }, 'not known'],
    [{ targetPlatform: 'silent' }, 'takes no cross-posts'],
  ])('refuses %j', (over, why) => {
    const [fault] = booster.check?.({ ...params, ...over }, facts) ?? [];
    expect(fault).toMatchObject({ path: 'params.targetPlatform', message: expect.stringContaining(why) });
  });

  it('leaves out what somebody cross-posted by hand, as often as it is there', () => {
    const posts = ['a', 'b', 'b', ''].map((caption, at) => ({ id: String(at), caption }));
    expect(notYetThere(posts, ['b', 'a', '']).map(({ id }) => id)).toEqual(['2', '3']);
  });
});
