/** The parts of JSON Schema (draft 2020-12) that the routes' schemas come out as. */
export interface JsonSchema {
  $ref?: string;
  type?: string | readonly string[];
  enum?: readonly unknown[];
  const?: unknown;
  default?: unknown;
  examples?: readonly unknown[];
  format?: string;
  pattern?: string;
  minLength?: number;
  minimum?: number;
  exclusiveMinimum?: number;
  properties?: Readonly<Record<string, JsonSchema>>;
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  prefixItems?: readonly JsonSchema[];
  minItems?: number;
  anyOf?: readonly JsonSchema[];
  oneOf?: readonly JsonSchema[];
  allOf?: readonly JsonSchema[];
}

const SHA256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

/** What fields of these names look like, where their schema has no example of its own. */
const BY_NAME: Readonly<Record<string, unknown>> = {
  accounts: 120,
  accountTaskId: '6b1f3c1e-2d0a-4f57-9a34-0e8f5d7c2b46',
  action: 'createAccount',
  actor: 'ada',
  actorId: 'user:3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e11',
  address: '192.0.2.17',
  after: '7301-1042',
  allowedIps: ['192.0.2.0/24'],
  answeredBy: 'ada',
  audioCodec: 'aac',
  boundBy: 'The pace of the platform: four posts a day.',
  by: 'ada',
  bytes: 1_048_576,
  caption: 'Good morning from Hamburg',
  challengeAnswer: '123456',
  changes: ['port: 8080 to 8081'],
  container: 'mp4',
  contentType: 'image/png',
  count: 3,
  country: 'DE',
  createdBy: 'ada',
  createdById: 'user:3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e11',
  csrf: 'c3f1c0d5e6f57c0e9f0b',
  cursor: 'WyIyMDI2LTAzLTAyVDA5OjMwOjAwLjAwMFoiLCIzZjFjMGQ1ZS02ZjU3LTRjMGUtOWYwYi02YzFkMmIwYTllMTEiXQ',
  description: 'Publishes a video from every account.',
  detail: 'The browser did not answer within 30 seconds.',
  durationMs: 12_500,
  email: 'ada@example.com',
  errorType: 'Timeout',
  exitAddress: '203.0.113.7',
  fencingToken: '42',
  field: 'username',
  fileName: 'summer.mp4',
  fingerprint: 'a3f1c0d5e6f57c0e',
  firstBadId: '1042',
  follows: 20,
  hash: SHA256,
  headHash: SHA256,
  headId: '1042',
  height: 1_920,
  host: 'proxy.example.com',
  id: '1042',
  kind: 'upload',
  lastError: 'None of the accounts can take part.',
  lastUsedIp: '192.0.2.17',
  maxGapMinutes: 90,
  mediaSha256: SHA256,
  message: 'The browser did not answer within 30 seconds.',
  meta: '{"fileName": "summer.mp4"}',
  mime: 'video/mp4',
  minGapMinutes: 10,
  name: 'Summer',
  nextCursor: 'WyIyMDI2LTAzLTAyVDA5OjMwOjAwLjAwMFoiLCIzZjFjMGQ1ZS02ZjU3LTRjMGUtOWYwYi02YzFkMmIwYTllMTEiXQ',
  nextRunReason: 'Temporal cannot be reached, so the next run is not known.',
  notes: 'Belongs to the first crew',
  operationId: 'createAccount',
  owner: 'host-1',
  page: 'accounts',
  password: 'a sentence is easy to remember',
  perHour: 2,
  permalink: 'https://sandbox.example.com/p/1042',
  pid: 4_242,
  platform: 'sandbox',
  port: 8_080,
  postId: '1042',
  posts: 4,
  profileChanges: 1,
  protocol: 'http',
  q: 'ada',
  query: 'status=blocked',
  reason: 'The account has no password.',
  recipeHash: SHA256,
  renewed: ['account/3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e11'],
  repaired: ['port: 8080 to 8081'],
  requestId: '0b6f1d8e-77a5-4f0e-8a34-1c2d3e4f5a6b',
  resolvedBy: 'ada',
  resource: 'account/3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e11',
  role: 'operator',
  runId: '0198f3a2-6d4b-7c11-9e55-2f8a7b6c5d40',
  scopes: ['viewer'],
  server: 'http://proxy.example.com:8080',
  sha256: SHA256,
  signature: 'aGVsbG8gd29ybGQ',
  slots: 6,
  source: 'worker/browser',
  state: 'running',
  stateReason: null,
  status: 'active',
  statusReason: null,
  step: 'publish',
  subject: 'accounts/3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e11',
  tag: 'crew-a',
  tags: ['crew-a'],
  taskName: 'Summer',
  taskQueues: ['browser'],
  text: 'did not answer',
  timeZone: 'Europe/Berlin',
  title: 'The browser did not answer within <n> seconds.',
  token: 'flt_shown_once',
  total: 120,
  type: 'Timeout',
  userAgent: 'Firefox 140 on Linux',
  username: 'ada',
  usernames: ['ada', 'grace'],
  verdict: 'It works.',
  version: '0.1.0',
  videoCodec: 'h264',
  visits: 40,
  warnings: ['One of the files is longer than the platform advises.'],
  when: 'At 09:00, Monday to Friday',
  width: 1_080,
  window: 20,
  workflowId: 'bulk/3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e11',
  yourAddress: '192.0.2.17',
};

const BY_FORMAT: Readonly<Record<string, string>> = {
  'date-time': '2026-03-02T09:30:00.000Z',
  date: '2026-03-02',
  uuid: '3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e11',
  uri: 'https://flotilla.example.com/',
  email: 'ada@example.com',
  binary: '(the bytes of the file)',
};

const typesOf = ({ type }: JsonSchema): readonly string[] => (type === undefined ? [] : [type].flat());

/** Whether a value is of the schema's type, as far as one sees without looking into it. */
function fits(value: unknown, schema: JsonSchema, document: unknown): boolean {
  const { enum: among, anyOf, oneOf, pattern, format } = schema;
  if (schema.$ref) return fits(value, resolveRef(schema.$ref, document), document);
  const branches = anyOf ?? oneOf;
  if (branches) return branches.some((branch) => fits(value, branch, document));
  if ('const' in schema) return value === schema.const;
  if (among) return among.includes(value);
  const types = typesOf(schema);
  if (value === null) return types.includes('null');
  if (Array.isArray(value)) {
    const { items } = schema;
    return types.includes('array') && (items === undefined || value.every((item) => fits(item, items, document)));
  }
  if (typeof value === 'number') return types.includes('number') || (types.includes('integer') && value % 1 === 0);
  if (typeof value !== typesOf(schema)[0]) return false;
  if (typeof value !== 'string') return true;
  return format === undefined || pattern === undefined ? true : new RegExp(pattern, 'u').test(value);
}

function resolveRef(ref: string, document: unknown): JsonSchema {
  const path = ref.replace(/^#\//, '').split('/');
  const found = path.reduce<unknown>((here, name) => (here as Record<string, unknown>)?.[name], document);
  if (found === undefined) throw new Error(`There is no ${ref} in the document.`);
  return found as JsonSchema;
}

/**
 * A readable value of a schema: its own example or default, else what fields of this name or texts of this format look
 * like, all fields of an object and one item of a list.
 * @param document what references of the schema point into
 */
export function exampleOf(schema: JsonSchema, document: unknown, name = '', depth = 0): unknown {
  if (schema.examples && schema.examples.length > 0) return schema.examples[0];
  if (schema.$ref) return exampleOf(resolveRef(schema.$ref, document), document, name, depth);
  if (name in BY_NAME && fits(BY_NAME[name], schema, document)) return BY_NAME[name];
  if ('const' in schema) return schema.const;
  if ('default' in schema) return schema.default;
  if (schema.enum) return schema.enum[0];
  const [branch] = schema.anyOf ?? schema.oneOf ?? [];
  if (branch) return exampleOf(branch, document, name, depth);
  if (schema.allOf) return exampleOf(mergeAll(schema, document), document, name, depth);
  return ofType(schema, document, name, depth);
}

/** What all of `allOf` ask for, in one: as they come out of schemas, each adds to the others. */
function mergeAll({ allOf = [], ...own }: JsonSchema, document: unknown): JsonSchema {
  const parts = allOf.map((part) => (part.$ref ? resolveRef(part.$ref, document) : part));
  const properties = Object.assign({}, own.properties, ...parts.map((part) => part.properties ?? {}));
  const merged: JsonSchema = Object.assign({}, ...parts, own);
  return Object.keys(properties).length > 0 ? { ...merged, properties } : merged;
}

/** Deeper, a schema that holds itself would never end. */
const DEEPEST = 8;

function ofType(schema: JsonSchema, document: unknown, name: string, depth: number): unknown {
  const inner = (of: JsonSchema, called = name) => exampleOf(of, document, called, depth + 1);
  switch (typesOf(schema)[0]) {
    case 'object': {
      if (schema.properties) {
        return Object.fromEntries(Object.entries(schema.properties).map(([key, value]) => [key, inner(value, key)]));
      }
      const values = schema.additionalProperties;
      return typeof values === 'object' && typesOf(values)[0] === 'integer' ? { done: 1 } : {};
    }
    case 'array': {
      if (schema.prefixItems) return schema.prefixItems.map((item) => inner(item));
      if (!schema.items || depth >= DEEPEST) return [];
      return Array.from({ length: schema.minItems ?? 1 }).fill(inner(schema.items, name.replace(/s$/, '')));
    }
    case 'string':
      return BY_FORMAT[schema.format ?? ''] ?? 'text'.padEnd(schema.minLength ?? 0, 't');
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 0, schema.exclusiveMinimum === undefined ? 0 : schema.exclusiveMinimum + 1);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return {};
  }
}
