import { newRepeat, repeatProblems, specOf, tomorrowMorning } from './repeat.ts';

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

  it('offers tomorrow, also at the end of a year', () => {
    expect(tomorrowMorning(new Date(2026, 11, 31, 23, 30))).toBe('2027-01-01T09:00');
  });
});
