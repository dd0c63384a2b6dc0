import { formatCount, formatShare } from '../ui/format.ts';
import { currentLanguage, loadTexts, setLanguage, shared, startLanguage, t } from './index.ts';
import { AREAS } from './resources.ts';

// There is no document in these tests.
beforeAll(() => {
  (globalThis as { document?: unknown }).document = { documentElement: {} };
});
afterAll(async () => {
  await startLanguage('en');
});

describe('the language of the dashboard', () => {
  it('is English to begin with, with its own plurals and numbers', () => {
    expect(t('count.accounts', { count: 1 })).toBe('1 account');
    expect(t('count.accounts', { count: 1_204 })).toBe('1,204 accounts');
  });

  it('counts in Russian as Russian does', async () => {
    await setLanguage('ru');
    expect(currentLanguage()).toBe('ru');
    expect([1, 2, 5, 11, 21, 22, 1_204].map((count) => t('count.accounts', { count }).replace(/\s/g, ' '))).toEqual([
      '1 аккаунт',
      '2 аккаунта',
      '5 аккаунтов',
      '11 аккаунтов',
      '21 аккаунт',
      '22 аккаунта',
      '1 204 аккаунта',
    ]);
    expect(formatCount(1_204).replace(/\s/g, ' ')).toBe('1 204');
    expect(formatShare(0.634).replace(/\s/g, ' ')).toBe('63 %');
  });

  it('says what shared code says in the chosen language, templates as they stand, and in English what it does not know', async () => {
    await startLanguage('ru');
    await loadTexts(['shared']);
    expect(shared('Log in')).toBe('Вход');
    expect(shared('Template: {{username}}, {{date}}, {{index}}, and {one|two} choices.')).toMatch(
      /^Шаблон: \{\{username\}\}/,
    );
    expect(shared('A sentence of some platform.')).toBe('A sentence of some platform.');
    await startLanguage('en');
    expect(shared('Log in')).toBe('Log in');
  });

  it('reads again what could not be read, and does not change to a language that cannot be', async () => {
    const away = () => Promise.reject(new Error('No connection.'));
    const english = jest.spyOn(AREAS.guide, 'en').mockImplementation(away);
    const russian = jest.spyOn(AREAS.guide, 'ru').mockImplementation(away);
    await expect(loadTexts(['guide'])).rejects.toThrow('No connection.');
    await expect(loadTexts(['guide'])).rejects.toThrow('No connection.');
    english.mockRestore();
    await loadTexts(['guide']);
    expect(t('guide:away')).not.toBe('guide:away');
    const before = t('guide:away');
    await expect(setLanguage('ru')).rejects.toThrow('No connection.');
    expect([currentLanguage(), t('guide:away')]).toEqual(['en', before]);
    russian.mockRestore();
    await setLanguage('ru');
    expect(t('guide:away')).not.toBe(before);
    await setLanguage('en');
  });

  it('takes no key that is not there, and no text without its values', () => {
    const wrong = () => {
      // @ts-expect-error there is no such text
      t('count.nothing');
      // @ts-expect-error the number is missing
      t('count.accounts');
      // @ts-expect-error the name of the value is another
      t('unit.ms', { seconds: 1 });
    };
    expect(wrong).not.toThrow();
  });
});
