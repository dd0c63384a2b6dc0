import { instantOf, runsBetween, wallTime } from './schedule-runs.ts';

const at = (text: string): number => Date.parse(text);
const runs = (spec: Parameters<typeof runsBetween>[0], zone: string, from: string, to: string): string[] =>
  runsBetween(spec, zone, at(from), at(to)).map((time) => new Date(time).toISOString());

describe('the times of a schedule', () => {
  it('go by the clocks of its zone', () => {
    expect(runs({ cron: '30 9 * * 1-5' }, 'Asia/Kolkata', '2026-11-20T00:00:00Z', '2026-11-25T00:00:00Z')).toEqual([
      '2026-11-20T04:00:00.000Z',
      '2026-11-23T04:00:00.000Z',
      '2026-11-24T04:00:00.000Z',
    ]);
    expect(runs({ cron: '0 23 * * *' }, 'America/New_York', '2026-07-01T00:00:00Z', '2026-07-02T04:00:00Z')).toEqual([
      '2026-07-01T03:00:00.000Z',
      '2026-07-02T03:00:00.000Z',
    ]);
  });

  it('follow clocks that are put forward and back', () => {
    const daily = (hour: number, from: string, to: string) =>
      runs({ cron: `30 ${hour} * * *` }, 'Europe/Berlin', from, to);
    expect(daily(9, '2026-03-28T00:00:00Z', '2026-03-30T00:00:00Z')).toEqual([
      '2026-03-28T08:30:00.000Z',
      '2026-03-29T07:30:00.000Z',
    ]);
    // 02:30 is skipped in March and shown twice in October.
    expect(daily(2, '2026-03-29T00:00:00Z', '2026-03-30T00:00:00Z')).toEqual([]);
    expect(daily(2, '2026-10-24T22:00:00Z', '2026-10-25T22:00:00Z')).toEqual(['2026-10-25T00:30:00.000Z']);
  });

  it('count intervals from midnight UTC, and know a single moment', () => {
    const day = ['2026-11-25T01:00:00Z', '2026-11-25T13:00:00Z'] as const;
    expect(runs({ everyMinutes: 360, offsetMinutes: 60 }, 'UTC', ...day)).toEqual([
      '2026-11-25T01:00:00.000Z',
      '2026-11-25T07:00:00.000Z',
    ]);
    expect(runs({ at: '2026-11-25T12:00:00+02:00' }, 'UTC', ...day)).toEqual(['2026-11-25T10:00:00.000Z']);
    expect(runs({ at: '2026-11-25T13:00:00Z' }, 'UTC', ...day)).toEqual([]);
  });

  it('are found again from what the clocks show', () => {
    for (const zone of ['Pacific/Apia', 'America/St_Johns', 'UTC', 'Asia/Kathmandu']) {
      const wall = Date.UTC(2026, 10, 25, 18, 45);
      expect(wallTime(instantOf(wall, zone) ?? 0, zone)).toBe(wall);
    }
  });
});
