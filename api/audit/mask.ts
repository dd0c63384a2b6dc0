/** Names of fields whose texts are never kept, wherever they stand. */
const SECRET_NAME =
  /pass|secret|token|cookie|credential|authoriz|seed|otp|session|signature|api.?key|private.?key|storage.?state|^(code|answer|current|next|key|pin|csrf)$/i;
const MASKED = '[masked]';
const LONGEST_TEXT = 300;
const MOST_ITEMS = 20;
const MOST_FIELDS = 50;
const MOST_LEVELS = 6;
const MOST_BYTES = 8_000;

/** A text without credentials in addresses and without tokens, and as short as a log wants it. */
function maskText(text: string): string {
  const masked = text
    // What Postgres cannot keep in JSON.
    .replace(/\0|\p{Surrogate}/gu, '')
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]*@/gi, `$1${MASKED}@`)
    .replace(/([?&][^\s=&#]*=)[^\s&#]+/g, `$1${MASKED}`)
    .replace(/\bflt_[\w-]{16,}/g, MASKED)
    .replace(/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${MASKED}`);
  return masked.length <= LONGEST_TEXT ? masked : `${masked.slice(0, LONGEST_TEXT).replace(/\p{Surrogate}/gu, '')}…`;
}

/** Addresses of webhooks are keys by themselves: whoever knows the path may post there. */
function hostOf(address: string): string {
  try {
    return new URL(address).host;
  } catch {
    return MASKED;
  }
}

function mask(value: unknown, name: string, level: number): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (value === undefined) return null;
  if (SECRET_NAME.test(name)) return MASKED;
  if (typeof value === 'string') return /^(\w*url)$/i.test(name) ? hostOf(value) : maskText(value);
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object') return String(value);
  if (level >= MOST_LEVELS) return '…';
  if (Array.isArray(value)) {
    const shown = value.slice(0, MOST_ITEMS).map((item) => mask(item, '', level + 1));
    return value.length > MOST_ITEMS ? [...shown, `… and ${value.length - MOST_ITEMS} more`] : shown;
  }
  const fields = Object.entries(value);
  const shown = fields
    .filter(([, inner]) => inner !== undefined)
    .slice(0, MOST_FIELDS)
    .map(([key, inner]) => [maskText(key), mask(inner, key, level + 1)]);
  return { ...Object.fromEntries(shown), ...(fields.length > MOST_FIELDS ? { '…': fields.length - MOST_FIELDS } : {}) };
}

/** What the audit log keeps of a request: fields that hold secrets are masked, long lists and texts are cut. */
export function maskDetail(detail: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const masked = mask(detail, '', 0) as Record<string, unknown>;
  const size = JSON.stringify(masked).length;
  return size <= MOST_BYTES ? masked : { fields: Object.keys(masked), cut: `${size} characters` };
}
