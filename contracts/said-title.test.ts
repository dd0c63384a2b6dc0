import { titleOf } from './fingerprint.ts';
import { SENTENCES, say } from './said.ts';
import { readTitle } from './said-title.ts';

const texts: Readonly<Record<string, string>> = SENTENCES;
const SAMPLES: Readonly<Record<string, string | number>> = {
  number: 7,
  moment: '2026-11-25T18:00:00.000Z',
  length: 300_000,
  words: 'Their words.',
  sentence: say('platform.login-again'),
  word: say('proxy.check.exit'),
  told: say('platform.login-again'),
};
const write = say as unknown as (code: string, values: Record<string, string | number>) => string;
const codes = [...new Set(Object.keys(texts).map((key) => key.replace(/_(one|other)$/, '')))];

describe('the title of a cause', () => {
  it.each(codes)('of %s is read as that', (code) => {
    for (const count of [1, 3]) {
      const text = texts[code] ?? texts[`${code}_${count === 1 ? 'one' : 'other'}`] ?? '';
      const places = [...text.matchAll(/\{\{(\w+)(?:, (\w+))?\}\}/g)];
      const values = Object.fromEntries(
        places.map(([, name = '', format = '']) => [name, SAMPLES[format] ?? `some ${name}`]),
      );
      const said = readTitle(titleOf(write(code, { ...values, count })));
      expect(said?.map((one) => one.code)).toEqual([code]);
      expect(Object.keys(said?.[0]?.params ?? {}).sort()).toEqual(Object.keys(values).sort());
    }
  });

  it('has placeholders as its values, also inside of another sentence', () => {
    const missing = say('page.missing', { what: say('page.button', { name: 'Post' }), path: '/p/12' });
    expect(readTitle(titleOf(missing))).toEqual([
      {
        code: 'page.missing',
        params: { what: [{ code: 'page.button', params: { name: '<name>' } }], path: '<path>' },
      },
    ]);
    expect(readTitle(titleOf(say('platform.wait', { count: 30 })))).toEqual([
      { code: 'platform.wait', params: { count: '<n>' } },
    ]);
  });

  it('that is not ours is left as it stands', () => {
    expect(readTitle('connect ECONNREFUSED <address>')).toBeUndefined();
  });
});
