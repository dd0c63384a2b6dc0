import { localInput, newRepeat, repeatOf, repeatProblems, specOf, tomorrowMorning } from './repeat.ts';

describe('what is filled in about repeating', () => {
  it('becomes a spec', () => {
    expect(specOf(newRepeat())).toEqual({ cron: '0 9 * * 1,2,3,4,5' });
    expect(specOf({ ...newRepeat(), days: [6, 0, 1, 2, 3, 4, 5], time: '18:05' })).toEqual({ cron: '5 18 * * *' });
    expect(specOf({ ...newRepeat(), mode: 'minutes', everyMinutes: 90 })).toEqual({ everyMinutes: 90 });
    expect(specOf({ ...newRepeat(), mode: 'cron', cron: ' */5 * * * * ' })).toEqual({ cron: '*/5 * * * *' });
  });

  it('is judged by what is shown alone', () => {
    const wrong = { ...newRepeat(), days: [], time: '', everyMinutes: '', cron: '0 9' };
    expect(Object.keys(repeatProblems(wrong))).toEqual(['days', 'time']);
    expect(Object.keys(repeatProblems({ ...wrong, mode: 'minutes' }))).toEqual(['everyMinutes']);
    expect(repeatProblems({ ...wrong, mode: 'cron' }).cron).toMatch(/five fields/);
    expect(repeatProblems(newRepeat())).toEqual({});
  });

  it('is read back from a schedule', () => {
    const read = (spec: Parameters<typeof repeatOf>[0]['spec']) =>
      repeatOf({ spec, timeZone: 'UTC', overlap: 'allow' });
    for (const spec of [
      { cron: '5 18 * * *' },
      { cron: '0 9 * * 1,3' },
      { cron: '*/5 1-3 * * MON' },
      { everyMinutes: 90 },
    ]) {
      expect(specOf(read(spec))).toEqual(spec);
    }
    expect(read({ cron: '5 18 * * 0,6' })).toMatchObject({
      mode: 'days',
      days: [0, 6],
      time: '18:05',
      overlap: 'allow',
    });
    expect(read({ cron: '0 9 * * 1-5' })).toMatchObject({ mode: 'cron' });
    expect(localInput(new Date(2027, 0, 2, 3, 4))).toBe('2027-01-02T03:04');
  });

  it('offers tomorrow, also at the end of a year', () => {
    expect(tomorrowMorning(new Date(2026, 11, 31, 23, 30))).toBe('2027-01-01T09:00');
  });
});
