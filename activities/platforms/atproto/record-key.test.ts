import { uuidV7 } from '../../uuid-v7.ts';
import { recordKeyOf } from './record-key.ts';

/** https://atproto.com/specs/tid */
const TID = /^[2-7a-j][2-7a-z]{12}$/;

describe('the record key of a post', () => {
  it('is a valid one, always the same for the same key, and another for another', () => {
    const at = Date.now();
    const keys = Array.from({ length: 200 }, () => uuidV7(at));
    const made = keys.map(recordKeyOf);
    expect(made.filter((key) => !TID.test(key))).toEqual([]);
    expect(keys.map(recordKeyOf)).toEqual(made);
    expect(new Set(made).size).toBe(keys.length);
  });

  it('is in the order of the times that keys begin with', () => {
    const times = [Date.UTC(2024, 0, 1), Date.UTC(2026, 5, 1), Date.UTC(2026, 5, 1) + 1, Date.UTC(2199, 0, 1)];
    const made = times.map((time) => recordKeyOf(uuidV7(time)));
    expect(made.toSorted()).toEqual(made);
  });

  it('of a key without a time is older than any new one, and no less steady', () => {
    const key = '6f1c2b2e-6f0a-4c39-9a3f-2b1d5f1e0c11';
    expect(recordKeyOf(key)).toMatch(TID);
    expect(recordKeyOf(key)).toBe(recordKeyOf(key));
    expect(recordKeyOf(key) < recordKeyOf(uuidV7())).toBe(true);
  });
});
