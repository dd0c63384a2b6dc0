import { cronWords, readCron } from './cron.ts';
import { scheduleSpecSchema, scheduleWords } from './schedules.ts';

const problemOf = (text: string) => {
  const read = readCron(text);
  return typeof read === 'string' ? read : undefined;
};

describe('a cron expression', () => {
  it('allows lists, ranges, steps and names', () => {
    expect(readCron('*/20 8-10,22 1 jan,7 MON-FRI')).toEqual({
      minutes: [0, 20, 40],
      hours: [8, 9, 10, 22],
      days: [1],
      months: [1, 7],
      weekdays: [1, 2, 3, 4, 5],
    });
    expect(readCron('5/30 0 * * 0,7')).toMatchObject({ minutes: [5, 35], weekdays: [0] });
  });

  it.each([
    ['0 9 * *', /five fields/],
    ['61 9 * * *', /"61" is no minute; it is a number from 0 to 59/],
    ['0 24 * * *', /"24" is no hour/],
    ['0 9 0 * *', /"0" is no day of month/],
    ['0 9 * FOO *', /"FOO" is no month; .* or a name such as FEB/],
    ['0 9 * * 5-1', /"5-1" in the day of week is no range/],
    ['*/0 9 * * *', /step that is no whole number/],
    ['0 9 31 2,4 *', /never comes/],
    ['@every 1s', /five fields/],
  ])('"%s" is refused with a sentence', (text, sentence) => {
    expect(problemOf(text)).toMatch(sentence);
  });

  it.each([
    ['0 9 * * 1-5', 'Weekdays at 09:00'],
    ['30 18 * * *', 'Every day at 18:30'],
    ['0 9,17 * * MON,THU', 'Mondays and Thursdays at 09:00 and 17:00'],
    ['0 10 * * 6,0', 'Weekends at 10:00'],
    ['0 8 1,15 * *', 'Day 1 and 15 of every month at 08:00'],
    ['*/15 * * * *', 'Every 15 minutes'],
    ['5 * * * *', 'Every hour at :05'],
    ['*/10 * * * 1-5', 'Weekdays, every 10 minutes'],
    ['*/7 9-17 * 3 1', 'Cron */7 9-17 * 3 1'],
  ])('"%s" reads "%s"', (text, words) => {
    expect(cronWords(text)).toBe(words);
  });
});

describe('a spec', () => {
  it('is told in words, with the zone where it matters', () => {
    expect(scheduleWords({ cron: '0 9 * * 1-5' }, 'Europe/Berlin')).toBe('Weekdays at 09:00, Europe/Berlin');
    expect(scheduleWords({ everyMinutes: 60 }, 'Europe/Berlin')).toBe('Every hour');
    expect(scheduleWords({ everyMinutes: 90 }, 'UTC')).toBe('Every 90 minutes');
    expect(scheduleWords({ everyMinutes: 2_880 }, 'UTC')).toBe('Every 2 days');
    expect(scheduleWords({ at: '2027-01-31T08:30:00Z' }, 'Europe/Berlin')).toBe(
      'Once on 31 Jan 2027, 09:30, Europe/Berlin',
    );
  });

  it('is one of the three, not two', () => {
    expect(scheduleSpecSchema.safeParse({ everyMinutes: 5, offsetMinutes: 4 }).success).toBe(true);
    for (const wrong of [{}, { everyMinutes: 0 }, { everyMinutes: 5, offsetMinutes: 5 }, { at: 'tomorrow' }]) {
      expect(scheduleSpecSchema.safeParse(wrong).success).toBe(false);
    }
    expect(scheduleSpecSchema.safeParse({ everyMinutes: 5, cron: '0 9 * * *' }).success).toBe(false);
  });
});
