import { Option } from 'commander';
import { z } from 'zod';
import { type FieldError, usage } from './failure.ts';
import { jsonGiven } from './files.ts';

/** What of a JSON Schema decides how a value is given on the command line. */
interface SchemaNode {
  type?: string;
  properties?: Record<string, SchemaNode>;
  items?: SchemaNode | false;
  prefixItems?: SchemaNode[];
  enum?: string[];
  default?: unknown;
  title?: string;
  description?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
}

/** How a value is written: `list` is one or more words, `range` is `0.9..1.1`, `json` an object or `@file`. */
type Form = 'text' | 'number' | 'switch' | 'list' | 'numbers' | 'range' | 'json';

/** One value of a schema, as an option of a command. */
export interface ParamOption {
  /** Where the value belongs: `['variants', 'aspect']`. */
  path: readonly string[];
  form: Form;
  option: Option;
  /** The same under the schema's own name, where that is in the plural; not shown in the help. */
  alias: Option | undefined;
  /** Names a file of the library: a local file may be given instead, which is uploaded first. */
  isMedia: boolean;
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const singular = (name: string): string => name.replace(/ies$/, 'y').replace(/(?<!s)s$/, '');

const MEDIA_FORMATS = ['media-ids', 'media-id'];

function formOf({ type, format, items, prefixItems, properties }: SchemaNode): Form {
  if (properties) return 'json';
  if (type === 'boolean') return 'switch';
  if (type === 'number' || type === 'integer') return 'number';
  if (type === 'string') return 'text';
  if (format === 'range' && prefixItems?.length === 2) return 'range';
  if (type === 'array' && items && (items.type === 'string' || items.enum)) return 'list';
  if (type === 'array' && items && (items.type === 'number' || items.type === 'integer')) return 'numbers';
  return 'json';
}

const VALUE_OF: Readonly<Record<Form, string>> = {
  text: ' <text>',
  number: ' <number>',
  switch: '',
  list: ' <text...>',
  numbers: ' <number...>',
  range: ' <range>',
  json: ' <json>',
};

function placeholderOf(form: Form, { format, enum: choices }: SchemaNode, isMedia: boolean): string {
  if (isMedia) return form === 'list' ? ' <file...>' : ' <file>';
  if (choices) return ' <choice>';
  if (format?.endsWith('-id')) return ' <id>';
  if (format === 'uuid') return ' <id>';
  if (format === 'urls') return ' <url...>';
  return VALUE_OF[form];
}

function boundsOf({ minimum, maximum, prefixItems, format }: SchemaNode): string {
  const of = format === 'range' ? prefixItems?.[0] : { minimum, maximum };
  return of?.minimum === undefined || of.maximum === undefined ? '' : `${of.minimum} to ${of.maximum}`;
}

/** Sentences of the schema, then what may be given, then what is taken without it. */
function describe(key: string, node: SchemaNode, form: Form, isMedia: boolean): string {
  const { title = kebab(key).replaceAll('-', ' '), description = '' } = node;
  const usual = node.default;
  const hasDefault = usual !== undefined && usual !== false && !(Array.isArray(usual) && usual.length === 0);
  const facts = [
    boundsOf(node),
    isMedia ? 'files are uploaded first; or ids' : '',
    form === 'range' ? 'one number, or two as 0.9..1.1' : '',
    form === 'json' ? 'as JSON or @file; single fields with a dot' : '',
    hasDefault ? `default: ${typeof usual === 'string' ? usual : JSON.stringify(usual)}` : '',
  ].filter(Boolean);
  const sentences = [title, description.replace(/\.$/, '')].filter(Boolean).join('. ');
  return facts.length > 0 ? `${sentences} (${facts.join('; ')})` : sentences;
}

interface OwnNames {
  name: string;
  alias: string | undefined;
}

/** `captions` is given as `--caption`, `mediaIds` as `--media`; both are taken under their own names too. */
function namesOf(key: string, form: Form, isMedia: boolean): OwnNames {
  const own = kebab(key);
  const name = isMedia ? kebab(key.replace(/Ids?$/, '')) : form === 'list' || form === 'numbers' ? singular(own) : own;
  return { name, alias: name === own ? undefined : own };
}

function optionFor(parents: readonly string[], key: string, node: SchemaNode, group: string): ParamOption {
  const form = formOf(node);
  const isMedia = MEDIA_FORMATS.includes(node.format ?? '');
  const { name, alias } = namesOf(key, form, isMedia);
  const value = placeholderOf(form, node, isMedia);
  const make = (word: string): Option => {
    const flag = [...parents.map(kebab), word].join('.');
    const negated = form === 'switch' && node.default === true ? `--no-${flag}` : `--${flag}`;
    const option = new Option(negated + value, describe(key, node, form, isMedia)).helpGroup(group);
    return node.enum ? option.choices(node.enum) : option;
  };
  return {
    path: [...parents, key],
    form,
    option: make(name),
    alias: alias === undefined ? undefined : make(alias).hideHelp(),
    isMedia,
  };
}

function walk(node: SchemaNode, parents: readonly string[], group: string): ParamOption[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const one = optionFor(parents, key, child, group);
    const within = child.title ? `${child.title}, field by field:` : group;
    return [one, ...walk(child, [...parents, key], parents.length > 0 ? group : within)];
  });
}

/** Every value of an object schema as an option: lists repeat, what lies deeper has a dot in its name. */
export function paramOptions(schema: z.ZodType, group: string): ParamOption[] {
  return walk(z.toJSONSchema(schema, { io: 'input' }) as SchemaNode, [], group);
}

/** The same for one value that a command calls `name`. */
export function paramOption(name: string, schema: z.ZodType, group: string): ParamOption[] {
  const node = z.toJSONSchema(schema, { io: 'input' }) as SchemaNode;
  return [optionFor([], name, node, group), ...walk(node, [name], group)];
}

type Given = Readonly<Record<string, unknown>>;

function numberOf(text: string, flag: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number)) throw usage(`${flag} takes a number, not "${text}".`);
  return number;
}

function readValue({ form, option }: ParamOption, given: unknown): unknown {
  const flag = option.long ?? '';
  const text = String(given);
  if (form === 'switch' || form === 'list') return given;
  if (form === 'numbers') return (given as string[]).map((one) => numberOf(one, flag));
  if (form === 'number') return numberOf(text, flag);
  if (form === 'json') return jsonGiven(text, flag);
  if (form === 'range') {
    const [low = '', high = low, ...more] = text.split(/\.\.|,/);
    if (more.length > 0) throw usage(`${flag} takes one number, or two as 0.9..1.1, not "${text}".`);
    return [numberOf(low, flag), numberOf(high, flag)];
  }
  return text;
}

function setAt(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const inner = target[key];
  const object = typeof inner === 'object' && inner !== null ? { ...inner } : {};
  setAt(object, rest, value);
  target[key] = object;
}

/** What was given under either name of an option. */
function givenFor({ option, alias, form }: ParamOption, given: Given): unknown {
  const names = [option, ...(alias ? [alias] : [])].map((one) => one.attributeName());
  const found = names.map((name) => given[name]).filter((value) => value !== undefined);
  // Commander sets a negatable switch to true when it is not given.
  if (form === 'switch' && option.negate && found[0] === true) return undefined;
  return form === 'list' && found.length > 1 ? found.flat() : found[0];
}

/**
 * The object that the options say, from the outermost to the innermost, so that `--variants @file` can be adjusted by
 * `--variants.aspect`.
 * @throws CliError of usage for a value that cannot be read
 */
export function readParams(options: readonly ParamOption[], given: Given): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (const one of [...options].sort((a, b) => a.path.length - b.path.length)) {
    const value = givenFor(one, given);
    if (value !== undefined) setAt(params, one.path, readValue(one, value));
  }
  return params;
}

const beginsWith = (path: readonly PropertyKey[], start: readonly string[]): boolean =>
  start.every((key, place) => path[place] === key);

/** What is wrong with the params, each named by the option that it came from. */
export function paramErrors(options: readonly ParamOption[], error: z.ZodError): FieldError[] {
  return error.issues.map((issue) => {
    const nearest = options
      .filter(({ path }) => beginsWith(issue.path, path))
      .sort((a, b) => b.path.length - a.path.length)[0];
    const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
    return {
      path: nearest?.option.long ?? issue.path.join('.'),
      message: isMissing ? 'Is needed' : issue.message,
    };
  });
}

/** Replaces what media options hold. @param resolve gives the ids of these files or ids, in their order */
export async function resolveMedia(
  options: readonly ParamOption[],
  params: Record<string, unknown>,
  resolve: (given: readonly string[]) => Promise<readonly string[]>,
): Promise<Record<string, unknown>> {
  const resolved = structuredClone(params);
  for (const { path, isMedia } of options) {
    const held = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], resolved);
    if (!isMedia || held === undefined) continue;
    const given = Array.isArray(held) ? held.map(String) : [String(held)];
    // The same file under two names is one file of the library.
    const ids = [...new Set(await resolve(given))];
    setAt(resolved, path, Array.isArray(held) ? ids : ids[0]);
  }
  return resolved;
}
