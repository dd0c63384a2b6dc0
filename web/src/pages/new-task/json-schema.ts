/** The part of JSON Schema that params of kinds make use of. */
export interface JsonSchema {
  type?: string;
  title?: string;
  description?: string;
  format?: string;
  /** Of `media-ids` and `media-id`: what the picker shows. */
  media?: 'image' | 'video';
  /** Of `bulk-task-id`: tasks of which kind. */
  kind?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  items?: JsonSchema;
  prefixItems?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  maxLength?: number;
  maxItems?: number;
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
}

/** What a field looks like. Each is drawn by one component of `schema-field.tsx`. */
export type FieldSort =
  | 'media'
  | 'one-media'
  | 'category'
  | 'task'
  | 'platform'
  | 'lines'
  | 'texts'
  | 'tags'
  | 'choices'
  | 'pair'
  | 'list'
  | 'choice'
  | 'variants'
  | 'group'
  | 'switch'
  | 'number'
  | 'text'
  | 'fixed'
  | 'json';

const BY_FORMAT: Readonly<Record<string, FieldSort>> = {
  'media-ids': 'media',
  'media-id': 'one-media',
  'follow-category-id': 'category',
  'bulk-task-id': 'task',
  'platform-name': 'platform',
  urls: 'lines',
};

/** Texts that are longer than this are written, not picked. */
const LONG_TEXT = 200;

const isNumber = ({ type }: JsonSchema): boolean => type === 'integer' || type === 'number';

/** Follows a reference, and takes the one branch of a union that is not null. */
export function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  if (schema.$ref) {
    const { $ref, ...own } = schema;
    const target = root.$defs?.[$ref.split('/').at(-1) ?? ''];
    return target ? resolve({ ...target, ...own }, root) : own;
  }
  const { anyOf, oneOf, ...own } = schema;
  const branches = (anyOf ?? oneOf ?? []).map((one) => resolve(one, root)).filter(({ type }) => type !== 'null');
  if (branches.length === 0) return schema;
  const [only] = branches;
  return branches.length === 1 && only ? { ...only, ...own } : { ...own, oneOf: branches };
}

function arraySort(schema: JsonSchema, root: JsonSchema): FieldSort {
  if (schema.prefixItems) return schema.prefixItems.every(isNumber) ? 'pair' : 'json';
  const items = resolve(schema.items ?? {}, root);
  if (items.properties || items.oneOf) return 'list';
  if (items.enum) return 'choices';
  if (items.format === 'uri') return 'lines';
  if (isNumber(items)) return 'tags';
  if (items.type !== 'string') return 'json';
  return (items.maxLength ?? 0) > LONG_TEXT ? 'texts' : 'tags';
}

/** How a field of this (resolved) schema is filled in. */
export function sortOf(schema: JsonSchema, root: JsonSchema): FieldSort {
  const named = schema.format === undefined ? undefined : BY_FORMAT[schema.format];
  if (named) return named;
  if (schema.const !== undefined) return 'fixed';
  if (schema.oneOf) return schema.oneOf.every(({ properties }) => properties) ? 'variants' : 'json';
  if (schema.enum) return 'choice';
  if (schema.type === 'array') return arraySort(schema, root);
  if (schema.properties) return 'group';
  if (schema.type === 'boolean') return 'switch';
  if (isNumber(schema)) return 'number';
  return schema.type === 'string' ? 'text' : 'json';
}

/** What a new item of a list, or a group that was switched on, begins with: only what has one possible value. */
export function blankOf(schema: JsonSchema): Record<string, unknown> {
  const fixed = Object.entries(schema.properties ?? {}).filter(([, field]) => field.const !== undefined);
  return Object.fromEntries(fixed.map(([name, field]) => [name, field.const]));
}

/** The branch of a union that a value belongs to: the one whose fixed fields it has. */
export function branchOf(branches: readonly JsonSchema[], value: Readonly<Record<string, unknown>>): number {
  const found = branches.findIndex((branch) =>
    Object.entries(blankOf(branch)).every(([name, fixed]) => value[name] === fixed),
  );
  return Math.max(0, found);
}
