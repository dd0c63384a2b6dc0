import { z } from 'zod';
import { ERROR_POLICIES, ERROR_TYPES } from '../../../contracts/errors.ts';
import { ACTION_WORDS } from '../../../contracts/pace.ts';
import { SENTENCES } from '../../../contracts/said.ts';
import { kindList } from '../../../kinds/index.ts';
import { titleOf } from '../ui/format.ts';
import { LANGUAGES } from './language.ts';
import { AREAS, type Area } from './resources.ts';

type Texts = Record<string, string>;
const areas = (Object.keys(AREAS) as Area[]).filter((area) => area !== 'shared');
/** What the server says: its English is the catalogue's, and not read by browsers. */
const errors = Object.fromEntries(ERROR_TYPES.map((type) => [`error.${type}`, ERROR_POLICIES[type].sentence]));
const SENT: Partial<Record<Area, Texts>> = { said: { ...SENTENCES, ...errors } };
const read = async (area: Area, language: 'en' | 'ru'): Promise<Texts> =>
  (language === 'en' && SENT[area]) || (await AREAS[area][language]()).default;

/** Where the English names types of JSON or parts of a request, which mean nothing to who reads the dashboard. */
const SAYS_LESS = ['field.needed', 'field.type', 'import.large'];

const PLURAL = /_(zero|one|two|few|many|other)$/;
const stemOf = (key: string): string => key.replace(PLURAL, '');
const stemsOf = (texts: Texts): string[] => [...new Set(Object.keys(texts).map(stemOf))].sort();
const formsOf = (texts: Texts, stem: string): string[] =>
  Object.keys(texts)
    .filter((key) => PLURAL.test(key) && stemOf(key) === stem)
    .map((key) => key.slice(stem.length + 1))
    .sort();

/** The places for values and the elements of a text, each once. */
const marksOf = (text: string): string[] => [...new Set(text.match(/\{\{[^}]+\}\}|<\/?\w+\/?>/g) ?? [])].sort();

describe.each(areas)('the texts of %s', (area) => {
  it('are there in both languages', async () => {
    const [english, russian] = await Promise.all([read(area, 'en'), read(area, 'ru')]);
    expect(stemsOf(russian)).toEqual(stemsOf(english));
    expect(Object.values({ ...english, ...russian }).filter((text) => text.trim() === '')).toEqual([]);
  });

  it('have the same places for values and elements', async () => {
    const [english, russian] = await Promise.all([read(area, 'en'), read(area, 'ru')]);
    const marks = (texts: Texts): [string, string[]][] =>
      stemsOf(texts)
        .filter((stem) => !SAYS_LESS.includes(stem))
        .map((stem) => [
          stem,
          marksOf(
            Object.entries(texts)
              .filter(([key]) => stemOf(key) === stem)
              .map(([, text]) => text)
              .join(' '),
          ),
        ]);
    expect(marks(russian)).toEqual(marks(english));
  });

  it('have every plural that the language has, the number in each', async () => {
    for (const language of LANGUAGES) {
      const texts = await read(area, language);
      const wanted = [...new Intl.PluralRules(language).resolvedOptions().pluralCategories].sort();
      const plurals = stemsOf(texts).filter((stem) => formsOf(texts, stem).length > 0);
      expect(plurals.map((stem) => [stem, formsOf(texts, stem)])).toEqual(plurals.map((stem) => [stem, wanted]));
      const forms = Object.entries(texts).filter(([key]) => PLURAL.test(key));
      expect(forms.filter(([, text]) => !text.includes('{{count, number}}'))).toEqual([]);
    }
  });
});

/** What a schema says to people: titles and descriptions, and names and choices as the form shows them. */
function saidBy(schema: unknown, said: Set<string>): void {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    if ((key === 'title' || key === 'description') && typeof value === 'string') said.add(value);
    if (key === 'enum' && Array.isArray(value))
      for (const choice of value) if (!/^\d/.test(String(choice))) said.add(titleOf(String(choice)));
    if (key === 'properties') {
      for (const [name, field] of Object.entries(value as Record<string, { title?: string; $ref?: string }>))
        if (field.title === undefined && field.$ref === undefined && !('const' in field)) said.add(titleOf(name));
    }
    saidBy(value, said);
  }
}

describe('what shared code says in English', () => {
  it('is there in Russian: kinds with their fields and counters, and errors', async () => {
    const said = new Set<string>();
    for (const kind of kindList) {
      for (const text of [kind.title, kind.description]) if (text) said.add(text);
      for (const counter of kind.counters) said.add(titleOf(counter));
      saidBy(z.toJSONSchema(kind.params, { io: 'input' }), said);
    }
    for (const type of ERROR_TYPES) said.add(titleOf(type));
    for (const [, many] of Object.values(ACTION_WORDS)) said.add(many);
    const russian = await read('shared', 'ru');
    expect([...said].filter((text) => russian[text] === undefined)).toEqual([]);
  });
});
