import { createBreaker } from './breaker.ts';

const limits = { share: 0.5, among: 10 };

describe('the circuit breaker', () => {
  it('stays closed while few have ended', () => {
    const breaker = createBreaker(limits);
    expect([1, 2, 3, 4].map(() => breaker.note(true, 'Unavailable'))).toEqual([null, null, null, null]);
  });

  it('opens when the share passes the limit, and says why', () => {
    const breaker = createBreaker(limits);
    for (let i = 0; i < 4; i += 1) breaker.note(true, 'PageChanged');
    const why = breaker.note(true, 'PageChanged');
    expect(why).toContain('5 of the last 5 accounts failed');
    expect(why).toContain('The page does not look as expected');
  });

  it('stays closed at the limit itself', () => {
    const breaker = createBreaker(limits);
    const answers = Array.from({ length: 10 }, (_, i) => breaker.note(i % 2 === 1, 'Unavailable'));
    expect(answers.every((why) => why === null)).toBe(true);
  });

  it('does not count failures that say nothing about the rest', () => {
    const breaker = createBreaker(limits);
    expect(Array.from({ length: 20 }, () => breaker.note(true, 'MediaRejected')).every((why) => why === null)).toBe(
      true,
    );
  });

  it('forgets after a reset, and remembers what was carried over', () => {
    const breaker = createBreaker(limits, [true, true, true, true]);
    expect(breaker.note(true, 'Throttled')).not.toBeNull();
    breaker.reset();
    expect(breaker.note(true, 'Throttled')).toBeNull();
  });
});
