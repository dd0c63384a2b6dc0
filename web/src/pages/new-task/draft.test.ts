import { emptyDraft, newIdempotencyKey, orderOf } from './draft.ts';

describe('the draft of a bulk task', () => {
  it('is no order while no accounts are chosen', () => {
    expect(orderOf(emptyDraft())).toBeUndefined();
  });

  it('orders only by the way of choosing that is shown', () => {
    const draft = { ...emptyDraft(['1']), tag: 'crew' };
    expect(orderOf(draft)?.accounts).toEqual({ ids: ['1'] });
    expect(orderOf({ ...draft, mode: 'tag' })?.accounts).toEqual({ tag: 'crew' });
    expect(orderOf({ ...draft, mode: 'filter' })).toBeUndefined();
    expect(orderOf({ ...draft, mode: 'filter', filter: { status: 'new' } })?.accounts).toEqual({
      filter: { status: 'new' },
    });
  });

  it('turns the breaker from percent into a share, and leaves it out when it is off', () => {
    const draft = { ...emptyDraft(), tag: 'crew', breakerShare: 40, breakerAmong: 10 };
    expect(orderOf(draft)?.pace).toEqual({ breaker: { share: 0.4, among: 10 } });
    expect(orderOf({ ...draft, breaker: false })).not.toHaveProperty('pace');
  });

  it('sends the start as a moment, not as local time', () => {
    const startAt = orderOf({ ...emptyDraft(), tag: 'crew', startAt: '2027-01-31T08:30' })?.startAt;
    expect(startAt).toBe(new Date(2027, 0, 31, 8, 30).toISOString());
  });

  it('has a key of its own for each order', () => {
    expect(newIdempotencyKey()).toMatch(/^[0-9a-f]{32}$/);
    expect(newIdempotencyKey()).not.toBe(newIdempotencyKey());
  });
});
