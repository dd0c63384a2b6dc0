import { useEffect } from 'react';
import { keepPreference, readPreferences } from '../api/preferences.ts';
import { currentLanguage, setLanguage } from '../i18n/index.ts';
import { isLanguage, type Language } from '../i18n/language.ts';

/** Whose choice was read last. A change of language draws everything anew, and what was just chosen must not be asked for. */
let readFor: string | undefined;

/** Takes the language that a person chose in whatever browser, once when they come in. @param who nobody while undefined */
export function useOwnLanguage(who: string | undefined): void {
  useEffect(() => {
    if (who === readFor) return;
    readFor = who;
    if (who === undefined) return;
    readPreferences()
      .then(({ language }) =>
        isLanguage(language) && language !== currentLanguage() ? setLanguage(language) : undefined,
      )
      // The language of this browser will do.
      .catch(() => undefined);
  }, [who]);
}

/** Changes the language here, and for the person everywhere. */
export async function chooseLanguage(language: Language): Promise<void> {
  await Promise.all([setLanguage(language), keepPreference('language', language).catch(() => undefined)]);
}
