import type { Logger } from 'pino';
import { pino } from 'pino';

export type { Logger };

/** Keys whose values never reach a log, wherever they stand in a logged object. */
const SECRET_KEYS = [
  'password',
  'secret',
  'totpSecret',
  'token',
  'cookie',
  'cookies',
  'authorization',
  'storageState',
  'code',
  'proxyPassword',
];

/** A structured logger (JSON lines on standard output) that masks secrets up to three levels deep. */
export function createLogger(name: string, level = process.env.FLOTILLA_LOG_LEVEL ?? 'info'): Logger {
  return pino({
    name,
    level,
    redact: {
      paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
      censor: '[masked]',
    },
  });
}
