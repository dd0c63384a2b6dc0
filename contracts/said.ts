import { ERROR_POLICIES, ERROR_TYPES } from './errors.ts';
import { lengthIn, lengthWords } from './lengths.ts';
import { createReader, errorCode, type Said, SLOT, type SlotReader, type Value, VERBATIM } from './said-reader.ts';
import { FIELDS } from './sentences/fields.ts';
import { FINDINGS } from './sentences/findings.ts';
import { REASONS } from './sentences/reasons.ts';
import { REFUSALS } from './sentences/refusals.ts';

/**
 * The catalogue of what the server says to people. A sentence has a stable code and an English text with places for
 * values; {@link say} writes it, {@link read} tells of a written one which it is. Both go by the same text, so that
 * sentences which are stored, or cross a workflow, need no column of their own, and old ones stay readable.
 *
 * Places are written as i18next has them: `{{name}}` is any text, and after a comma stands how it is written (`FORMATS`).
 * A text in the singular and plural has a key for each, with `_one` and `_other`, and goes by `count`.
 */
export const SENTENCES = { ...REASONS, ...FINDINGS, ...REFUSALS, ...FIELDS } as const;

type Texts = typeof SENTENCES;
type Stem<Key> = Key extends `${infer Before}_one` | `${infer Before}_other` ? Before : Key;
/** Names a sentence; codes are for ever, as callers of the API go by them. */
export type SentenceCode = Stem<keyof Texts> & string;

type Forms<Code extends string> = Texts[Extract<keyof Texts, Code | `${Code}_one` | `${Code}_other`>];
type NameIn<Slot> = Slot extends `${infer Name}, ${string}` ? Name : Slot;
type NamesIn<Text> = Text extends `${string}{{${infer Slot}}}${infer Rest}` ? NameIn<Slot> | NamesIn<Rest> : never;
/** The values that a sentence has places for. */
export type SentenceValues<Code extends SentenceCode> = Record<NamesIn<Forms<Code>>, string | number>;

export { errorCode, type Said, VERBATIM } from './said-reader.ts';

interface Format extends SlotReader {
  write(value: string | number): string;
}

/** Any text but one with the end of a sentence in it, or a name would swallow the sentence that follows. */
const asText: Format = { pattern: '(?:(?!\\. )[^])+?', write: String, read: (text) => text };
const asWords: Format = { ...asText, pattern: '[^]+' };

/** How a value is written in an English sentence, and read out of it again. */
const FORMATS: Readonly<Record<string, Format>> = {
  number: { pattern: '-?\\d+(?:\\.\\d+)?', write: String, read: Number },
  /** A moment in ISO 8601. */
  moment: { pattern: '\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z', write: String, read: (text) => text },
  /** A length of time, milliseconds. */
  length: { pattern: '\\d+ (?:s|minutes?|hours?|days?)', write: (ms) => lengthWords(Number(ms)), read: lengthIn },
  /** Whatever somebody else said, however long. */
  words: asWords,
  /** Sentences of ours, or words of somebody else. */
  sentence: { ...asWords, read: (text) => read(text) ?? readPart(`${text}.`) ?? text },
  /** A few words of ours in the middle of a sentence, or anything else. */
  word: { ...asText, read: (text) => readPart(text) ?? text },
  /** Sentences of the catalogue and nothing else. */
  told: { ...asWords, read: (text) => read(text) },
};

const formatOf = (name: string | undefined): Format => (name && FORMATS[name]) || asText;

/** A sentence with its values, as it is stored and sent. */
export function say<Code extends SentenceCode>(
  code: Code,
  ...[values]: keyof SentenceValues<Code> extends never ? [] : [values: SentenceValues<Code>]
): string {
  return written(code, (values ?? {}) as Record<string, string | number>);
}

function written(code: string, values: Readonly<Record<string, string | number>>): string {
  const texts: Readonly<Record<string, string>> = SENTENCES;
  const text = texts[code] ?? texts[`${code}_${values.count === 1 ? 'one' : 'other'}`] ?? '';
  // A sentence inside of another one brings its own full stop.
  return text
    .replace(SLOT, (_, name: string, format?: string) => formatOf(format).write(values[name] ?? ''))
    .replace(/\.\.$/, '.');
}

/** Texts longer than this are no sentences of ours. */
const LONGEST = 2_000;
const reader = createReader({ texts: SENTENCES, formatOf });

/** Which sentences of the catalogue a text is; undefined for one that is not ours, or older than its code. */
export const read = (text: string): Said[] | undefined => (text.length > LONGEST ? undefined : reader.read(text));

const readPart = (text: string): Said[] | undefined => {
  const one = reader.one(text);
  return one && [one];
};

/** The English text of what {@link read} gave. */
export function textOf(said: readonly Said[]): string {
  return said
    .map(({ code, params }) => {
      if (code === VERBATIM) return String(params.text);
      const type = ERROR_TYPES.find((one) => errorCode(one) === code);
      if (type) return ERROR_POLICIES[type].sentence;
      const values = Object.entries(params).map(([name, value]) => [name, inner(value)] as const);
      return written(code, Object.fromEntries(values));
    })
    .join(' ');
}

const inner = (value: Value): string | number => (Array.isArray(value) ? textOf(value) : value);
