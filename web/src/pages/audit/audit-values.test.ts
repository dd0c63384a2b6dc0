import { filterOf, partsOf, subjectLink } from './audit-values.ts';

const addressOf = (values: Record<string, string>) => ({ get: (name: string) => values[name] });

describe('what the address asks of the audit log', () => {
  it('names whole days of the viewer, and passes over what is no day', () => {
    const { from, to } = filterOf(addressOf({ from: '2026-03-01', to: '2026-03-01' }));
    expect(Date.parse(to ?? '') - Date.parse(from ?? '')).toBe(86_399_999);
    expect(new Date(from ?? '').getHours()).toBe(0);
    expect(filterOf(addressOf({ from: 'yesterday', to: '2026-13-40', actor: 'Edith' }))).toEqual({ actor: 'Edith' });
  });
});

describe('what was kept of a change', () => {
  it('is told as before and after where the former value is known', () => {
    const detail = { rateLimitPerMinute: 600, before: { rateLimitPerMinute: null }, note: 'why' };
    expect(partsOf({ detail })).toEqual({
      changes: [{ name: 'rateLimitPerMinute', before: null, after: 600 }],
      fields: [['note', 'why']],
    });
    expect(partsOf({ detail: { name: 'Edith', role: 'admin', roleBefore: 'viewer' } })).toEqual({
      changes: [{ name: 'role', before: 'viewer', after: 'admin' }],
      fields: [['name', 'Edith']],
    });
  });

  it('names those fields of a group that were sent, and no others', () => {
    const detail = { retention: { errors: 60 }, before: { retention: { errors: 90, metrics: 30 } } };
    expect(partsOf({ detail }).changes).toEqual([{ name: 'retention.errors', before: 90, after: 60 }]);
  });

  it('is told as it is otherwise', () => {
    expect(partsOf({ detail: { tags: ['a'] } })).toEqual({ changes: [], fields: [['tags', ['a']]] });
  });
});

describe('subjects', () => {
  it('lead to the page of what was changed, where there is one', () => {
    expect(['accounts/1', 'bulk/upload/2', 'workers/3', 'errors/groups/4', 'settings'].map(subjectLink)).toEqual([
      '/accounts?open=1',
      '/tasks/upload/2',
      '/hosts/3',
      '/errors?open=4',
      undefined,
    ]);
  });
});
