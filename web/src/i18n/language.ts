export const LANGUAGES = ['en', 'ru'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What each language calls itself. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', ru: 'Русский' };

const STORAGE_KEY = 'flotilla-language';
const DEFAULT_LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', ru: 'ru-RU' };

const browserLocales = (): readonly string[] => globalThis.navigator?.languages ?? [];

export const isLanguage = (value: unknown): value is Language => LANGUAGES.some((language) => language === value);

/** The language that was chosen in this browser, else the first of the browser's that there is, else English. */
export function preferredLanguage(): Language {
  try {
    const chosen = localStorage.getItem(STORAGE_KEY);
    if (isLanguage(chosen)) return chosen;
  } catch {
    // Storage is switched off: the browser's languages decide.
  }
  return (
    browserLocales()
      .map((locale) => locale.slice(0, 2))
      .find(isLanguage) ?? 'en'
  );
}

export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(STORAGE_KEY, language);
  } catch {
    // It holds until the page is left.
  }
}

/** The locale for numbers and dates: the browser's own variant of the language where it has one. */
export const localeOf = (language: Language): string =>
  browserLocales().find((locale) => locale.slice(0, 2) === language) ?? DEFAULT_LOCALES[language];
