import { titleOf } from './fingerprint.ts';
import { SENTENCES } from './said.ts';
import { createReader, type Said, type SlotReader } from './said-reader.ts';

/**
 * Reads the titles of causes, in which placeholders such as `<n>` stand for what differs from error to error, as
 * `said.ts` reads the sentences themselves. A value that the title has left out is its placeholder.
 */
const reader = createReader({
  texts: SENTENCES,
  formatOf: (name) => (name && FORMATS[name]) || asText,
  shape: titleOf,
  lostValue: '<name>',
});

/** Which sentences of the catalogue the title of a cause is of; undefined for one that is not ours. */
export const readTitle = (title: string): Said[] | undefined => reader.read(title);

const inner = (text: string): Said[] | undefined => readTitle(text) ?? readTitle(`${text}.`);

const asText: SlotReader = { pattern: '(?:(?!\\. )[^])+?', read: (text) => text };
const WORDS = '[^]+';
const FORMATS: Readonly<Record<string, SlotReader>> = {
  number: { pattern: '<n>|-?\\d+(?:[.,]\\d+)*', read: (text) => (text === '<n>' ? text : Number(text)) },
  moment: { pattern: '<time>', read: (text) => text },
  length: { pattern: '(?:<n>|\\d+) (?:s|minutes?|hours?|days?)', read: () => '<n>' },
  words: { pattern: WORDS, read: (text) => text },
  sentence: { pattern: WORDS, read: (text) => inner(text) ?? text },
  word: { ...asText, read: (text) => inner(text) ?? text },
  told: { pattern: WORDS, read: inner },
};
