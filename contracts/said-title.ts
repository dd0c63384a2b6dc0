import { ERROR_POLICIES, ERROR_TYPES } from './errors.ts';
import { titleOf } from './fingerprint.ts';
import { errorCode, type Said, SENTENCES, VERBATIM } from './said.ts';

/**
 * Reads the titles of causes, in which placeholders such as `<n>` stand for what differs from error to error, as
 * `said.ts` reads the sentences themselves. A value that the title has left out is its placeholder.
 */
interface Known {
  code: string;
  pattern: RegExp;
  /** Values that stand between quotes in the text, of which the title has nothing. */
  lost: string[];
  slots: { name: string; read(text: string): Said['params'][string] | undefined }[];
  own: number;
}

const SLOT = /\{\{(\w+)(?:, (\w+))?\}\}/g;
/** Stands for a place while the title of a text is made; no word, number or quote to it. */
const markOf = (at: number): string => String.fromCharCode(0xe000 + at);

const PATTERNS: Readonly<Record<string, string>> = {
  number: '<n>|-?\\d+(?:[.,]\\d+)*',
  moment: '<time>',
  length: '(?:<n>|\\d+) (?:s|minutes?|hours?|days?)',
  words: '[^]+',
  sentence: '[^]+',
  told: '[^]+',
};
const AS_TEXT = '(?:(?!\\. )[^])+?';

const inner = (text: string): Said[] | undefined => readTitle(text) ?? readTitle(`${text}.`);
const READERS: Readonly<Record<string, (text: string) => Said['params'][string] | undefined>> = {
  number: (text) => (text === '<n>' ? text : Number(text)),
  length: () => '<n>',
  sentence: (text) => inner(text) ?? text,
  word: (text) => inner(text) ?? text,
  told: inner,
};

let catalogue: { fixed: Map<string, string>; open: Known[] } | undefined;

function known(): NonNullable<typeof catalogue> {
  if (catalogue) return catalogue;
  const fixed = new Map(ERROR_TYPES.map((type) => [titleOf(ERROR_POLICIES[type].sentence), errorCode(type)]));
  const open: Known[] = [];
  for (const [key, text] of Object.entries<string>(SENTENCES)) {
    const code = key.replace(/_(one|other)$/, '');
    const all = [...text.matchAll(SLOT)].map(([, name = '', format = '']) => ({ name, format }));
    let at = 0;
    const title = titleOf(text.replace(SLOT, () => markOf(at++)));
    if (all.length === 0) {
      fixed.set(title, code);
      continue;
    }
    const isThere = all.map((_, place) => title.includes(markOf(place)));
    const pattern = all.reduce(
      (so, { format }, place) => so.replace(markOf(place), `(${PATTERNS[format] ?? AS_TEXT})`),
      title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    );
    open.push({
      code,
      pattern: new RegExp(`^${pattern}$`),
      lost: all.filter((_, place) => !isThere[place]).map(({ name }) => name),
      slots: all
        .filter((_, place) => isThere[place])
        .map(({ name, format }) => ({ name, read: READERS[format] ?? ((found) => found) })),
      own: title.length - all.length,
    });
  }
  open.sort((a, b) => b.own - a.own);
  catalogue = { fixed, open };
  return catalogue;
}

function readOne(title: string): Said | undefined {
  const { fixed, open } = known();
  const code = fixed.get(title);
  if (code !== undefined) return { code, params: {} };
  for (const one of open) {
    const found = one.pattern.exec(title);
    if (!found) continue;
    const values = one.slots.map(({ name, read }, at) => [name, read(found[at + 1] ?? '')] as const);
    if (values.some(([, value]) => value === undefined)) continue;
    const params = Object.fromEntries([...one.lost.map((name) => [name, '<name>'] as const), ...values]);
    return { code: one.code, params: params as Said['params'] };
  }
  return undefined;
}

function readAll(title: string): Said[] | undefined {
  const whole = readOne(title);
  if (whole) return [whole];
  for (const { index } of title.matchAll(/\. /g)) {
    const first = readOne(title.slice(0, index + 1));
    if (!first) continue;
    const rest = title.slice(index + 2);
    return [first, ...(readAll(rest) ?? [{ code: VERBATIM, params: { text: rest } }])];
  }
  return undefined;
}

const MOST_KEPT = 2_000;
const kept = new Map<string, Said[] | undefined>();

/** Which sentences of the catalogue the title of a cause is of; undefined for one that is not ours. */
export function readTitle(title: string): Said[] | undefined {
  if (title === '') return undefined;
  if (kept.has(title)) return kept.get(title);
  const found = readAll(title);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(title, found);
  return found;
}
