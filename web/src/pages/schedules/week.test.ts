import type { ScheduleItem } from '../../api/schedules.ts';
import { mondayOf, weekOf } from './week.ts';

const schedule = (id: string, given: Partial<ScheduleItem>): ScheduleItem =>
  ({ id, name: id, state: 'active', timeZone: 'Europe/Berlin', ...given }) as ScheduleItem;
const monday = Date.UTC(2026, 10, 23);

describe('a week of schedules', () => {
  it('begins on Monday', () => {
    expect(mondayOf(Date.UTC(2026, 10, 29))).toBe(monday);
    expect(mondayOf(monday)).toBe(monday);
  });

  it('has each run on the day that it is in the chosen zone', () => {
    const late = schedule('late', { spec: { cron: '30 23 * * 3' } });
    const daysIn = (zone: string) => weekOf([late], zone, monday, monday).map(({ runs }) => runs.length);
    expect(daysIn('Europe/Berlin')).toEqual([0, 0, 1, 0, 0, 0, 0]);
    expect(daysIn('Asia/Tokyo')).toEqual([0, 0, 0, 1, 0, 0, 0]);
  });

  it('tells the number where one runs often, and leaves out what is over or paused', () => {
    const often = schedule('often', { spec: { everyMinutes: 60 } });
    const paused = schedule('paused', { spec: { everyMinutes: 60 }, state: 'paused' });
    const [first, second] = weekOf([often, paused], 'UTC', monday, monday + 22 * 3_600_000);
    expect(first?.runs.map(({ times }) => times.length)).toEqual([1, 1]);
    expect(second?.runs.map(({ times }) => times.length)).toEqual([24]);
  });
});
