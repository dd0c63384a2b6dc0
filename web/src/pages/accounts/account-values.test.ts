import type { Account } from '../../api/types.ts';
import { loadTexts } from '../../i18n/index.ts';
import { changesOf, newAccountOf, valuesOf } from './account-values.ts';
import { gapFault } from './limit-values.ts';

const account = {
  platform: 'sandbox',
  username: 'ada',
  email: 'ada@harbour.test',
  tags: ['crew'],
  timeZone: 'Europe/Berlin',
  quietHours: { from: '22:00', to: '07:00' },
  dailyLimits: { posts: 5 },
  notes: null,
} as Account;

beforeAll(() => loadTexts(['accounts']));

describe('the account form', () => {
  it('sends nothing when nothing was changed', () => {
    expect(changesOf(valuesOf(account, ''), account)).toEqual({});
  });

  it('sends a password only when a new one was typed', () => {
    expect(changesOf({ ...valuesOf(account, ''), password: 'new' }, account)).toEqual({ password: 'new' });
  });

  it('takes away what was emptied', () => {
    const emptied = { ...valuesOf(account, ''), email: '', quietFrom: '', quietTo: '', postsPerDay: '' };
    expect(changesOf(emptied, account)).toEqual({ email: null, quietHours: null, dailyLimits: null });
  });

  it('keeps limits that were not touched, also those that it does not show', () => {
    const dailyLimits = { posts: 5, follows: 7, perHour: 2, minGapMinutes: 1, maxGapMinutes: 4, likes: 9 };
    const busy = { ...account, dailyLimits } as Account;
    expect(changesOf(valuesOf(busy, ''), busy)).toEqual({});
    const changed = { ...valuesOf(busy, ''), postsPerDay: 6, visitsPerDay: 8, perHour: '' };
    expect(changesOf(changed, busy)).toEqual({
      dailyLimits: { posts: 6, follows: 7, visits: 8, minGapMinutes: 1, maxGapMinutes: 4, likes: 9 },
    });
  });

  it('says that the most time between two actions is less than the least', () => {
    const values = valuesOf(account, '');
    expect(gapFault({ ...values, minGapMinutes: 5, maxGapMinutes: 4 })).toBe('Must not be less than the least time.');
    expect(gapFault({ ...values, minGapMinutes: 5, maxGapMinutes: 5 })).toBeNull();
    expect(gapFault({ ...values, maxGapMinutes: 4 })).toBeNull();
  });

  it('leaves what is not given out of a new account', () => {
    const values = { ...valuesOf(undefined, 'sandbox'), username: ' grace ', password: 'x', timeZone: 'UTC' };
    expect(newAccountOf(values)).toEqual({
      platform: 'sandbox',
      username: 'grace',
      password: 'x',
      tags: [],
      timeZone: 'UTC',
    });
  });
});
