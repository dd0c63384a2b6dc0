import i18next from 'i18next';
import type { ReactElement } from 'react';
import { Trans } from 'react-i18next';
import type { TextKey, ValuesOf } from './resources.ts';

interface PhraseProps<Key extends TextKey> {
  of: Key;
  /** The elements that the text names: `Waits until <at/>`, `See <page>the docs</page>`; no name of an empty HTML element. */
  parts: Readonly<Record<string, ReactElement>>;
  values?: ValuesOf<Key>;
}

/** A text with elements inside it, each at the place where its language wants it. */
export function Phrase<Key extends TextKey>({ of, parts, values }: PhraseProps<Key>) {
  return (
    <Trans
      i18n={i18next}
      i18nKey={of as never}
      components={{ ...parts }}
      {...(values ? { values, count: (values as { count?: number }).count } : {})}
    />
  );
}
