import { ERROR_POLICIES, ERROR_TYPES, type ErrorType } from './errors.ts';

/** A sentence as its code and values. A value that is itself made of sentences is a list of them. */
export interface Said {
  code: string;
  params: { [name: string]: Value };
}
export type Value = string | number | Said[];

/** The sentence of an error type, which is kept with its policy. */
export const errorCode = (type: ErrorType): string => `error.${type}`;
/** What stands among sentences and is not in the catalogue: words of a platform or a program. */
export const VERBATIM = 'verbatim';

/** Places of a text: `{{name}}`, or `{{name, format}}`. */
export const SLOT = /\{\{(\w+)(?:, (\w+))?\}\}/g;

/** How the value at a place is recognised in a written text. */
export interface SlotReader {
  pattern: string;
  /** The value of what is written; undefined where it is none. */
  read(text: string): Value | undefined;
}

interface Known {
  code: string;
  pattern: RegExp;
  slots: (SlotReader & { name: string })[];
  /** Values that stand in the text and not in its shape. */
  lost: Said['params'];
  /** How much of the text is its own: the more, the surer it is meant. */
  own: number;
}

interface Catalogue {
  /** Sentences without values, by their text. */
  fixed: Map<string, string>;
  open: Known[];
}

interface ReaderOptions {
  /** English texts by their keys. */
  texts: Readonly<Record<string, string>>;
  formatOf(name: string | undefined): SlotReader;
  /** What is made of a text before it is read, e.g. its title; the text itself unless given. */
  shape?(text: string): string;
  /** Stands for a value that its shape has left out. */
  lostValue?: string;
}

/** Stands for a place while a text is shaped; no word, number or quote to it. */
const markOf = (at: number): string => String.fromCharCode(0xe000 + at);
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function catalogueOf({ texts, formatOf, shape = (text) => text, lostValue = '' }: ReaderOptions): Catalogue {
  const fixed = new Map(ERROR_TYPES.map((type) => [shape(ERROR_POLICIES[type].sentence), errorCode(type)]));
  const open: Known[] = [];
  for (const [key, text] of Object.entries(texts)) {
    const code = key.replace(/_(one|other)$/, '');
    const slots = [...text.matchAll(SLOT)].map(([, name = '', format], at) => ({
      ...{ name, mark: markOf(at) },
      ...formatOf(format),
    }));
    let at = 0;
    const shaped = shape(text.replace(SLOT, () => markOf(at++)));
    if (slots.length === 0) {
      fixed.set(shaped, code);
      continue;
    }
    const kept = slots.filter(({ mark }) => shaped.includes(mark));
    const lost = slots.filter((slot) => !kept.includes(slot)).map(({ name }) => [name, lostValue]);
    const body = kept.reduce((so, { mark, pattern }) => so.replace(mark, () => `(${pattern})`), escaped(shaped));
    const pattern = new RegExp(`^${body}$`);
    open.push({ code, pattern, slots: kept, lost: Object.fromEntries(lost), own: shaped.length - slots.length });
  }
  open.sort((a, b) => b.own - a.own);
  return { fixed, open };
}

const MOST_KEPT = 2_000;

/** Tells of written texts which sentences they are. */
export interface SaidReader {
  /** One sentence and nothing else. */
  one(text: string): Said | undefined;
  /** Sentences one after the other, the first of them known; undefined for a text that is not ours. */
  read(text: string): Said[] | undefined;
}

/** A reader of a catalogue, which is made when something is first read: most programs only write sentences. */
export function createReader(options: ReaderOptions): SaidReader {
  let catalogue: Catalogue | undefined;
  const kept = new Map<string, Said[] | undefined>();

  function one(text: string): Said | undefined {
    catalogue ??= catalogueOf(options);
    const code = catalogue.fixed.get(text);
    if (code !== undefined) return { code, params: {} };
    for (const known of catalogue.open) {
      const found = known.pattern.exec(text);
      if (!found) continue;
      const params = { ...known.lost };
      const fits = known.slots.every(({ name, read }, at) => {
        const value = read(found[at + 1] ?? '');
        if (value !== undefined) params[name] = value;
        return value !== undefined;
      });
      if (fits) return { code: known.code, params };
    }
    return undefined;
  }

  /** What follows those that are known is told as it stands. */
  function all(text: string): Said[] | undefined {
    const whole = one(text);
    if (whole) return [whole];
    for (const { index } of text.matchAll(/\. /g)) {
      const first = one(text.slice(0, index + 1));
      if (!first) continue;
      const rest = text.slice(index + 2);
      return [first, ...(all(rest) ?? [{ code: VERBATIM, params: { text: rest } }])];
    }
    return undefined;
  }

  return {
    one,
    read(text) {
      if (text === '') return undefined;
      if (kept.has(text)) return kept.get(text);
      const found = all(text);
      // The same few are asked for again and again: a list shows what many rows wait for.
      if (kept.size >= MOST_KEPT) kept.clear();
      kept.set(text, found);
      return found;
    },
  };
}
