import { ERROR_POLICIES, ERROR_TYPES, type ErrorType } from './errors.ts';
import { lengthIn, lengthWords } from './lengths.ts';
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

/** A sentence as its code and values. A value that is itself made of sentences is a list of them. */
export interface Said {
  code: string;
  params: { [name: string]: string | number | Said[] };
}

/** The sentence of an error type, which is kept with its policy. */
export const errorCode = (type: ErrorType): string => `error.${type}`;
/** What stands among sentences and is not in the catalogue: words of a platform or a program. */
export const VERBATIM = 'verbatim';

type Value = string | number | Said[];
interface Format {
  pattern: string;
  write(value: string | number): string;
  /** The value of what is written; undefined where it is none. */
  read(text: string): Value | undefined;
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

const SLOT = /\{\{(\w+)(?:, (\w+))?\}\}/g;
const formatOf = (name: string | undefined): Format => (name && FORMATS[name]) || asText;
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

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

interface Known {
  code: string;
  pattern: RegExp;
  slots: { name: string; format: Format }[];
  /** How much of the text is its own: the more, the surer it is meant. */
  own: number;
}

interface Catalogue {
  /** Sentences without values, by their text. */
  fixed: Map<string, string>;
  open: Known[];
}

let catalogue: Catalogue | undefined;

/** Made when a sentence is first read: most programs only write them. */
function known(): Catalogue {
  if (catalogue) return catalogue;
  const fixed = new Map(ERROR_TYPES.map((type) => [ERROR_POLICIES[type].sentence, errorCode(type)]));
  const open: Known[] = [];
  for (const [key, text] of Object.entries<string>(SENTENCES)) {
    const code = key.replace(/_(one|other)$/, '');
    const slots = [...text.matchAll(SLOT)].map(([, name = '', format]) => ({ name, format: formatOf(format) }));
    if (slots.length === 0) {
      fixed.set(text, code);
      continue;
    }
    const own = text.split(SLOT_WHOLE);
    const body = own.map((part, at) => `${escaped(part)}${slots[at] ? `(${slots[at].format.pattern})` : ''}`);
    open.push({ code, pattern: new RegExp(`^${body.join('')}$`), slots, own: own.join('').length });
  }
  open.sort((a, b) => b.own - a.own);
  catalogue = { fixed, open };
  return catalogue;
}

const SLOT_WHOLE = /\{\{\w+(?:, \w+)?\}\}/;

/** Texts longer than this are no sentences of ours. */
const LONGEST = 2_000;

function readOne(text: string): Said | undefined {
  const { fixed, open } = known();
  const code = fixed.get(text);
  if (code !== undefined) return { code, params: {} };
  for (const one of open) {
    const found = one.pattern.exec(text);
    if (!found) continue;
    const params: Said['params'] = {};
    const fits = one.slots.every(({ name, format }, at) => {
      const value = format.read(found[at + 1] ?? '');
      if (value !== undefined) params[name] = value;
      return value !== undefined;
    });
    if (fits) return { code: one.code, params };
  }
  return undefined;
}

const readPart = (text: string): Said[] | undefined => {
  const one = readOne(text);
  return one && [one];
};

/** Sentences one after the other; what follows those that are known is told as it stands. */
function readAll(text: string): Said[] | undefined {
  const whole = readOne(text);
  if (whole) return [whole];
  for (const { index } of text.matchAll(/\. /g)) {
    const first = readOne(text.slice(0, index + 1));
    if (!first) continue;
    const rest = text.slice(index + 2);
    return [first, ...(readAll(rest) ?? [{ code: VERBATIM, params: { text: rest } }])];
  }
  return undefined;
}

const MOST_KEPT = 2_000;
const kept = new Map<string, Said[] | undefined>();

/** Which sentences of the catalogue a text is; undefined for one that is not ours, or older than its code. */
export function read(text: string): Said[] | undefined {
  if (text === '' || text.length > LONGEST) return undefined;
  if (kept.has(text)) return kept.get(text);
  const found = readAll(text);
  // The same few are asked for again and again: a list shows what many rows wait for.
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(text, found);
  return found;
}

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
