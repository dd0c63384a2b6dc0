import { titleOf } from './fingerprint.ts';
import { codes, textFor, valuesOf, write } from './fixtures/sentences.ts';
import { say } from './said.ts';
import { readTitle } from './said-title.ts';

/** Numbers and words of which a title leaves nothing but its placeholders. */
const SAMPLES = { number: 7, words: 'Their words.' };

describe('the title of a cause', () => {
  it.each(codes)('of %s is read as that', (code) => {
    for (const count of [1, 3]) {
      const values = valuesOf(textFor(code, count), SAMPLES);
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
