import { assign } from './assign.ts';

const items = ['a', 'b', 'c'];

describe('assignment', () => {
  it('goes round in turn', () => {
    expect([0, 1, 2, 3].map((index) => assign(items, 'round-robin', 1, index, 's'))).toEqual([
      ['a'],
      ['b'],
      ['c'],
      ['a'],
    ]);
  });

  it('gives the following ones when an account gets several', () => {
    expect(assign(items, 'round-robin', 2, 1, 's')).toEqual(['c', 'a']);
  });

  it('never gives one account the same item twice', () => {
    expect(assign(items, 'round-robin', 9, 1, 's').sort()).toEqual(items);
    expect(assign(items, 'shuffle', 9, 1, 's').sort()).toEqual(items);
  });

  it('gives everyone all', () => {
    expect(assign(items, 'all', 1, 7, 's')).toEqual(items);
  });

  it('shuffles by the seed alone', () => {
    expect(assign(items, 'shuffle', 2, 0, 'x')).toEqual(assign(items, 'shuffle', 2, 5, 'x'));
    const drawn = new Set(Array.from({ length: 50 }, (_, i) => assign(items, 'shuffle', 1, 0, `seed-${i}`)[0]));
    expect(drawn.size).toBe(3);
  });
});
