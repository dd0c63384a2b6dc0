import { wakingTimes } from './waking.ts';

const day = {
  startMs: Date.parse('2026-03-28T10:00:00Z'),
  timeZone: 'Europe/Berlin',
  quietHours: { from: '22:00', to: '08:00' },
  count: 3,
  seed: 'account',
};
const localHour = (at: number) =>
  Number(new Intl.DateTimeFormat('en', { timeZone: day.timeZone, hour: 'numeric', hourCycle: 'h23' }).format(at));

describe('waking times', () => {
  it('lie in waking hours of the local day, in order and apart from one another', () => {
    for (const offset of [0, 1, 2, 30]) {
      const times = wakingTimes({ ...day, day: offset });
      expect(times).toHaveLength(3);
      expect([...times].sort((a, b) => a - b)).toEqual(times);
      expect(new Set(times).size).toBe(3);
      for (const at of times) {
        expect(localHour(at)).toBeGreaterThanOrEqual(8);
        expect(localHour(at)).toBeLessThan(22);
      }
    }
  });

  it('are the same whenever they are asked for, and differ by day and account', () => {
    expect(wakingTimes({ ...day, day: 1 })).toEqual(wakingTimes({ ...day, day: 1 }));
    const minuteOfDay = (times: number[]) => times.map((at) => at % 86_400_000);
    expect(minuteOfDay(wakingTimes({ ...day, day: 3 }))).not.toEqual(minuteOfDay(wakingTimes({ ...day, day: 4 })));
    expect(wakingTimes({ ...day, day: 1, seed: 'other' })).not.toEqual(wakingTimes({ ...day, day: 1 }));
  });

  it('keep to the night where nothing is said', () => {
    for (const at of wakingTimes({ ...day, quietHours: null, day: 5, count: 8 })) {
      expect(localHour(at)).toBeGreaterThanOrEqual(7);
      expect(localHour(at)).toBeLessThan(23);
    }
  });
});
