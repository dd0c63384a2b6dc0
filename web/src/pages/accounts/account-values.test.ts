import type { Account } from '../../api/types.ts';
import { changesOf, newAccountOf, valuesOf } from './account-values.ts';

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
