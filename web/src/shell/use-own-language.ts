import { useEffect } from 'react';
import { keepPreference, readPreferences } from '../api/preferences.ts';
import { currentLanguage, setLanguage } from '../i18n/index.ts';
import { isLanguage, type Language } from '../i18n/language.ts';

/** Takes the language that the person chose in whatever browser, once they are known. */
export function useOwnLanguage(isKnown: boolean): void {
  useEffect(() => {
    if (!isKnown) return;
    readPreferences()
      .then(({ language }) =>
        isLanguage(language) && language !== currentLanguage() ? setLanguage(language) : undefined,
      )
      // The language of this browser will do.
      .catch(() => undefined);
  }, [isKnown]);
}

/** Changes the language here, and for the person everywhere. */
export async function chooseLanguage(language: Language): Promise<void> {
  await Promise.all([setLanguage(language), keepPreference('language', language).catch(() => undefined)]);
}
