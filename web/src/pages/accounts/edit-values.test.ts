import { editFaults, editOf, noEdit } from './edit-values.ts';

describe('an edit of many accounts', () => {
  it('is nothing while nothing was chosen', () => {
    expect(editOf(noEdit())).toBeUndefined();
    expect(editFaults(noEdit())).toEqual({});
  });

  it('holds what was chosen and nothing else', () => {
    expect(editOf({ ...noEdit(), addTags: ['crew'], status: 'pause' })).toEqual({
      tags: { add: ['crew'], remove: [] },
      status: 'pause',
    });
    expect(editOf({ ...noEdit(), proxy: 'spread', perProxy: 10, timeZone: 'Europe/Berlin' })).toEqual({
      proxy: { mode: 'spread', perProxy: 10 },
      timeZone: 'Europe/Berlin',
    });
    expect(editOf({ ...noEdit(), proxy: 'none', quiet: 'none', limits: 'clear' })).toEqual({
      proxy: { mode: 'none' },
      quietHours: null,
      dailyLimits: null,
    });
    expect(
      editOf({ ...noEdit(), limits: 'set', postsPerDay: 5, quiet: 'set', quietFrom: '22:00', quietTo: '07:00' }),
    ).toEqual({ dailyLimits: { posts: 5 }, quietHours: { from: '22:00', to: '07:00' } });
  });

  it('takes single limits away beside others that are set', () => {
    const set = { ...noEdit(), limits: 'set', postsPerDay: 5, perHour: 3 } as const;
    expect(editOf({ ...set, limitsAway: ['followsPerDay', 'perHour'] })).toEqual({
      dailyLimits: { posts: 5, follows: null, perHour: null },
    });
    expect(editFaults({ ...noEdit(), limits: 'set', limitsAway: ['perHour'] })).toEqual({});
  });

  it('leaves out what was filled in under a choice that was taken back', () => {
    expect(editOf({ ...noEdit(), postsPerDay: 5, quietFrom: '22:00', proxyId: 'one' })).toBeUndefined();
  });

  it('is not sent with a half answer', () => {
    expect(Object.keys(editFaults({ ...noEdit(), proxy: 'set' }))).toEqual(['proxyId']);
    expect(Object.keys(editFaults({ ...noEdit(), quiet: 'set', quietFrom: '22:00' }))).toEqual(['quietTo']);
    expect(Object.keys(editFaults({ ...noEdit(), quiet: 'set', quietFrom: '22:00', quietTo: '22:00' }))).toEqual([
      'quietTo',
    ]);
    expect(Object.keys(editFaults({ ...noEdit(), limits: 'set' }))).toEqual(['limits']);
    expect(Object.keys(editFaults({ ...noEdit(), limits: 'set', minGapMinutes: 9, maxGapMinutes: 3 }))).toEqual([
      'maxGapMinutes',
    ]);
    expect(editFaults({ ...noEdit(), addTags: ['a'], removeTags: ['a'] }).removeTags).toMatch(/a/);
  });
});
