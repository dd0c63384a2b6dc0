import i18next from 'i18next';
import type { Said } from '../../../contracts/said.ts';
import { currentLanguage, currentLocale, loadTexts } from './index.ts';
import { formatDate } from './intl.ts';
import { preferredLanguage } from './language.ts';

// The first page is read while its language is: what is loaded in between would come in the one before.
if (preferredLanguage() !== currentLanguage()) {
  const changed = new Promise((done) => i18next.on('languageChanged', done));
  // One whose texts cannot be had does not come.
  const late = new Promise((done) => setTimeout(done, 3_000));
  await Promise.race([changed, late]);
}
// Whoever reads this module has something to show at once. Without the texts the server's own sentence stands.
await loadTexts(['said']).catch(() => undefined);

const MOMENT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
const momentText = (iso: string): string =>
  formatDate(new Date(iso), { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

const UNITS = [
  ['second', 1_000],
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
] as const;

/** `5 minutes`, in the largest unit of which it has at least two. */
function lengthText(ms: number): string {
  const [unit, size] = UNITS.findLast(([, each]) => ms >= 2 * each) ?? UNITS[0];
  const options = { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 } as const;
  return new Intl.NumberFormat(currentLocale(), options).format(ms / size);
}

const { formatter } = i18next.services;
/** Titles of causes have placeholders where numbers and times differ from error to error; these stay as they are. */
const unless = (write: (value: number) => string) => (value: unknown) =>
  typeof value === 'number' ? write(value) : String(value);
formatter?.add(
  'number',
  unless((value) => new Intl.NumberFormat(currentLocale()).format(value)),
);
formatter?.add('moment', (value) => (MOMENT.test(String(value)) ? momentText(String(value)) : String(value)));
formatter?.add('length', unless(lengthText));
for (const name of ['words', 'sentence', 'word', 'told']) formatter?.add(name, String);

function one({ code, params }: Said): string | undefined {
  if (code === 'verbatim') return String(params.text);
  const values = Object.entries(params).map(([name, value]) => [name, Array.isArray(value) ? all(value) : value]);
  if (values.some(([, value]) => value === undefined)) return undefined;
  const texts = Object.fromEntries(values);
  // How many it were is not known where a placeholder stands for it: they were many.
  const key = typeof texts.count === 'string' ? `said:${code}_many` : `said:${code}`;
  if (!i18next.exists(key, texts)) return undefined;
  // A sentence inside of another one brings its own full stop.
  return String(i18next.t(key, texts)).replace(/\.\.$/, '.');
}

function all(said: readonly Said[]): string | undefined {
  const texts = said.map(one);
  return texts.every((text) => text !== undefined) ? texts.join(' ') : undefined;
}

/** The server's own English, with its moments as people here write them. */
function english(sentence: string, said: readonly Said[]): string {
  const moments = said.flatMap(({ params }) => Object.values(params)).filter((value) => MOMENT.test(String(value)));
  return moments.reduce<string>((text, moment) => text.replace(String(moment), momentText(String(moment))), sentence);
}

/**
 * What the server said, in the reader's language: by its code where it has one that this dashboard knows, else as it
 * stands.
 */
export function told(sentence: string, said: readonly Said[] | null | undefined): string {
  if (!said) return sentence;
  return currentLanguage() === 'en' ? english(sentence, said) : (all(said) ?? sentence);
}

/** The same for a field of what the API gave, whose `said` holds its sentences by the names of their fields. */
export function toldOf<Field extends string>(
  of: { [Name in Field]?: string | null } & { said?: { [name: string]: Said[] } },
  field: Field,
): string | null {
  const sentence: string | null | undefined = of[field];
  return sentence ? told(sentence, of.said?.[field]) : null;
}
