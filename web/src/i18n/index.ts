import i18next, { type BackendModule } from 'i18next';
import { useSyncExternalStore } from 'react';
import { initReactI18next } from 'react-i18next';
import common from './en/common.ts';
import { isLanguage, type Language, localeOf, preferredLanguage, rememberLanguage } from './language.ts';
import { AREAS, type Area, type TextKey, type ValuesOf } from './resources.ts';

const isArea = (name: string): name is Area => name in AREAS;

const files: BackendModule = {
  type: 'backend',
  init: () => undefined,
  read(language, area, done) {
    if (!isArea(area) || !isLanguage(language)) return done(new Error(`No texts for ${language}/${area}.`), false);
    AREAS[area][language]().then(
      (file) => done(null, file.default),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), false),
    );
  },
};

void i18next
  .use(files)
  .use(initReactI18next)
  .init({
    lng: 'en',
    supportedLngs: ['en', 'ru'],
    fallbackLng: false,
    ns: ['common'],
    defaultNS: 'common',
    resources: { en: { common } },
    partialBundledLanguages: true,
    initAsync: false,
    keySeparator: false,
    // React escapes what it draws.
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
    // The package's own greeting is no business of the people who use the dashboard.
    showSupportNotice: false,
  });

export const currentLanguage = (): Language => (isLanguage(i18next.language) ? i18next.language : 'en');
/** For `Intl`: the chosen language, in the browser's own variant. */
export const currentLocale = (): string => localeOf(currentLanguage());

type Arguments<Key extends TextKey> = keyof ValuesOf<Key> extends never ? [] : [values: ValuesOf<Key>];

/**
 * A text in the chosen language. The whole dashboard is drawn anew when the language changes (`app.tsx`), so that texts,
 * numbers and dates can be asked for anywhere, not in components alone.
 */
export function t<Key extends TextKey>(key: Key, ...[values]: Arguments<Key>): string {
  return String(values ? i18next.t(key, { ...values } as Record<string, unknown>) : i18next.t(key as string));
}

/** The translation of what shared code says in English; the English itself where there is none. */
export function shared(english: string): string {
  // Read as it stands: some of these texts tell of templates, whose marks are no places for values.
  const found: unknown = i18next.getResource(currentLanguage(), 'shared', english, { keySeparator: false });
  return typeof found === 'string' ? found : english;
}

/**
 * Reads the texts of some areas in the chosen language; a page waits for its own before it is drawn.
 * @throws Error when they cannot be read; asked again, it reads them again
 */
export async function loadTexts(areas: readonly Area[]): Promise<void> {
  await i18next.loadNamespaces([...areas]);
  await loadMissing(currentLanguage(), areas);
}

/** What could not be read once is not read again by the library, and its keys would stand for the texts. */
async function loadMissing(language: Language, areas: readonly Area[]): Promise<void> {
  const missing = areas.filter((area) => !i18next.hasResourceBundle(language, area));
  await Promise.all(
    missing.map(async (area) => {
      const texts = (await AREAS[area][language]()).default;
      i18next.addResourceBundle(language, area, texts);
    }),
  );
}

/**
 * Changes the language of everything, and remembers it in this browser.
 * @throws Error when its texts cannot be read; then everything stays as it is
 */
export async function setLanguage(language: Language): Promise<void> {
  const shown = (Object.keys(AREAS) as Area[]).filter((area) => i18next.hasResourceBundle(currentLanguage(), area));
  await loadMissing(language, shown);
  rememberLanguage(language);
  await startLanguage(language);
}

/** Before the first draw: the language that the person wants. */
export async function startLanguage(language: Language = preferredLanguage()): Promise<void> {
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

function subscribe(watcher: () => void): () => void {
  i18next.on('languageChanged', watcher);
  return () => i18next.off('languageChanged', watcher);
}

export const useLanguage = (): Language => useSyncExternalStore(subscribe, currentLanguage);
