import type { DestinationStream, Logger, LoggerOptions } from 'pino';
import { pino } from 'pino';
import { logFields } from './log-context.ts';

export type { Logger };

/** Keys whose values never reach a log, wherever they stand in a logged object; compared without case, `-` and `_`. */
const SECRET_KEYS = new Set(
  [
    ...['password', 'passwordHash', 'secret', 'totpSecret', 'token', 'cookie', 'cookies', 'setCookie', 'authorization'],
    ...['proxyAuthorization', 'storageState', 'code', 'proxyPassword', 'apiKey', 'accessJwt', 'refreshJwt', 'csrf'],
    ...['secretKey', 'adminToken', 'workerToken', 'databaseUrl'],
  ].map((key) => key.toLowerCase()),
);
const MASKED = '[masked]';
const MOST_LEVELS = 12;

/** Credentials inside an address, and tokens of this program, wherever they stand in a text. */
const maskText = (text: string): string =>
  text
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, `$1${MASKED}@`)
    .replace(/\bflt_[a-z]+_[\w-]{16,}/g, MASKED)
    .replace(/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${MASKED}`);

/** A copy without secrets, at any depth. An error keeps its type, message and stack. */
export function maskForLog(value: unknown, level = 0, above: readonly unknown[] = []): unknown {
  if (typeof value === 'string') return maskText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return '[circular]';
  if (level >= MOST_LEVELS) return '[too deep]';
  const inner = (item: unknown) => maskForLog(item, level + 1, [...above, value]);
  if (Array.isArray(value)) return value.map(inner);
  if (value instanceof Date || ArrayBuffer.isView(value)) return ArrayBuffer.isView(value) ? '[bytes]' : value;
  const isPlain = [Object.prototype, null].includes(Object.getPrototypeOf(value));
  const own: Record<string, unknown> = {};
  if (value instanceof Error) {
    Object.assign(own, { type: value.name, message: maskText(value.message), stack: maskText(value.stack ?? '') });
    if (value.cause !== undefined) own.cause = inner(value.cause);
  } else if (!isPlain && 'toJSON' in value && typeof value.toJSON === 'function') return inner(value.toJSON());
  for (const [key, item] of Object.entries(value)) {
    const isSecret = SECRET_KEYS.has(key.toLowerCase().replace(/[-_]/g, '')) && item !== null && item !== undefined;
    own[key] = isSecret && typeof item !== 'number' ? MASKED : inner(item);
  }
  return own;
}

/**
 * A structured logger (JSON lines on standard output) that masks secrets at any depth. Each line carries the ids of the
 * work it is about, see log-context.ts; what the line itself says goes before them.
 */
export function createLogger(
  name: string,
  level = process.env.FLOTILLA_LOG_LEVEL ?? 'info',
  destination?: DestinationStream,
): Logger {
  const options: LoggerOptions = {
    name,
    level,
    mixin: logFields,
    // pino's own redaction looks at fixed paths, three levels deep; what is logged may be nested deeper.
    serializers: { err: (error: unknown) => maskForLog(error) },
    formatters: { log: (fields) => maskForLog(fields) as Record<string, unknown> },
    hooks: {
      logMethod(args, method) {
        const [first, second] = args as unknown[];
        // Of an error that is logged alone pino takes the message as it is.
        const said = first instanceof Error && second === undefined ? [first, first.message] : args;
        const masked = said.map((arg) => (typeof arg === 'string' ? maskText(arg) : arg));
        method.apply(this, masked as typeof args);
      },
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
