import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { canaryWaits } from './bulk.ts';
import { readCron } from './cron.ts';
import { ERROR_POLICIES, ERROR_TYPES } from './errors.ts';
import { codes, textFor, texts, valuesOf, write } from './fixtures/sentences.ts';
import { ACTIONS, paceWait } from './pace.ts';
import { errorCode, read, type SentenceCode, say, textOf } from './said.ts';

describe('every sentence of the catalogue', () => {
  it.each(codes)('%s is read as what it was written as', (code) => {
    for (const count of [1, 3]) {
      const text = textFor(code, count);
      const written = write(code, { ...valuesOf(text), ...(text.includes('{{count, number}}') ? { count } : {}) });
      const said = read(written);
      expect(said?.map((one) => one.code)).toEqual([code]);
      expect(Object.keys(said?.[0]?.params ?? {}).sort()).toEqual(Object.keys(valuesOf(text)).sort());
      expect(textOf(said ?? [])).toBe(written);
    }
  });

  it('has a text of its own', () => {
    const forms = Object.entries(texts).map(([key, text]) => [text, key.replace(/_(one|other)$/, '')] as const);
    const twice = forms.filter(([text, code]) => forms.some(([other, by]) => other === text && by !== code));
    expect(twice).toEqual([]);
  });
});

describe('reading', () => {
  it('tells sentences that follow one another apart', () => {
    const opened = `${say('task.breaker', { failed: 5, count: 10 })} ${say('task.breaker-last', { why: ERROR_POLICIES.PageChanged.sentence })}`;
    expect(read(opened)).toEqual([
      { code: 'task.breaker', params: { failed: 5, count: 10 } },
      { code: 'task.breaker-last', params: { why: [{ code: errorCode('PageChanged'), params: {} }] } },
    ]);
  });

  it('keeps the words of a platform as they are behind a sentence of ours', () => {
    const text = say('platform.refused-file', { why: 'Too long. Cut it.' });
    expect(read(text)).toEqual([{ code: 'platform.refused-file', params: { why: 'Too long. Cut it.' } }]);
    const followed = `${say('account.refused-login')} Wer da?`;
    expect(read(followed)).toEqual([
      { code: 'account.refused-login', params: {} },
      { code: 'verbatim', params: { text: 'Wer da?' } },
    ]);
  });

  it('reads what names hold as names, and leaves alone what is not ours', () => {
    const title = say('task.paused-by', { name: 'Dr. Ada' });
    expect(textOf(read(title) ?? [])).toBe(title);
    expect(read(say('task.paused-by', { name: 'ada (night shift)' }))).toEqual([
      { code: 'task.paused-by', params: { name: 'ada (night shift)' } },
    ]);
    expect(read('Something of an older version.')).toBeUndefined();
    expect(read('')).toBeUndefined();
  });

  it('knows what each error means', () => {
    for (const type of ERROR_TYPES)
      expect(read(ERROR_POLICIES[type].sentence)).toEqual([{ code: errorCode(type), params: {} }]);
  });

  it('knows why an account waits, for every action and bound', () => {
    const base = {
      now: Date.parse('2026-11-25T12:00:00Z'),
      timeZone: 'UTC',
      quietHours: null,
      hourBeganAt: null,
      seed: 'x',
    };
    const limits = { perDay: 9, perHour: 9, minGapMs: 600_000, maxGapMs: 600_000 };
    const calm = { ...base, usedToday: 0, usedThisHour: 0, lastAt: null, limits };
    for (const action of ACTIONS) {
      const codeOf = (more: object) => read(paceWait({ ...calm, ...more, action })?.reason ?? '')?.[0]?.code;
      expect(codeOf({ usedToday: 9 })).toBe(`pace.day.${action}`);
      expect(codeOf({ usedToday: 1, limits: { ...limits, perDay: 1 } })).toBe(`pace.day.${action}`);
      expect(codeOf({ usedThisHour: 9, hourBeganAt: base.now })).toBe(`pace.hour.${action}`);
      expect(codeOf({ lastAt: base.now })).toBe(`pace.gap.${action}`);
      expect(codeOf({ quietHours: { from: '11:00', to: '13:00' } })).toBe('pace.quiet');
    }
  });

  it('knows the sentences of contracts that the dashboard shares', () => {
    expect(read(canaryWaits(1))?.[0]?.code).toBe('task.canary-one');
    expect(read(canaryWaits(5))).toEqual([{ code: 'task.canary', params: { count: 5 } }]);
    expect(read(String(readCron('no cron')))?.[0]?.code).toBe('cron.fields');
  });

  it('knows the complaints of the schemas about a field', () => {
    const schema = z.object({
      name: z.string().min(1).max(5),
      few: z.array(z.string()).min(1),
      many: z.array(z.string()).max(1),
      n: z.number().min(1),
      m: z.number().max(5),
      whole: z.int(),
      needed: z.string(),
      id: z.uuid(),
      url: z.url(),
      at: z.iso.datetime(),
      either: z.enum(['a', 'b']),
      match: z.string().regex(/^a/),
    });
    const wrong = {
      name: '',
      few: [],
      many: ['a', 'b'],
      n: 0,
      m: 9,
      whole: 1.5,
      id: 'x',
      url: 'x',
      at: 'x',
      either: 'c',
      match: 'b',
    };
    const issues = [
      ...(schema.safeParse(wrong).error?.issues ?? []),
      ...(schema.safeParse({ ...wrong, name: 'longer' }).error?.issues ?? []),
    ];
    expect(issues.length).toBeGreaterThan(20);
    expect(issues.filter(({ message }) => read(message) === undefined).map(({ message }) => message)).toEqual([]);
  });
});

const sources = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(({ name }) => name.endsWith('.ts') && !/test|fixture|openapi/.test(name))
    .map(({ name, parentPath }) => join(parentPath, name));

/** What nobody reads in the dashboard: the protocols of workers, locks, codecs and files. */
const UNREAD = /^api\/(worker-|locks|payloads|proxy-worker|uploads\/staging|multipart|send-file|live\/upgrade|key-)/;

describe('what is thrown at people', () => {
  const THROWN =
    /(?:badRequest|notFound|conflict|unprocessable|forbidden|unavailable|tooMany|unauthorized|new Skipped|new TaskError\(\s*'\w+',|stepError\(\s*'\w+',)\s*\(?\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`)/g;
  const found = ['api', 'activities', 'workflows']
    .flatMap(sources)
    .filter((file) => !UNREAD.test(file))
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(THROWN)].map(([, literal = '']) => ({ file, literal })));

  it('is in the catalogue, word for word', () => {
    expect(found.length).toBeGreaterThan(150);
    const fixed = found.filter(({ literal }) => !literal.startsWith('`'));
    const sentences = fixed.map(({ file, literal }) => ({
      file,
      text: literal.slice(1, -1).replace(/\\(['"])/g, '$1'),
    }));
    expect(sentences.filter(({ text }) => !Object.values(texts).includes(text))).toEqual([]);
  });

  it('is said by its code where it holds values', () => {
    const open = found.filter(({ literal }) => literal.startsWith('`') && !literal.startsWith('`${say('));
    expect(open).toEqual([]);
  });
});

it('lets nothing be said that is not in the catalogue', () => {
  // @ts-expect-error A code that is not there.
  expect(say('no.such' satisfies SentenceCode)).toBe('');
  // @ts-expect-error A value that is missing.
  expect(say('task.paused-by', {})).toBe('Paused by .');
});
