import { createHash } from 'node:crypto';
import type { PLACEHOLDERS } from './fingerprint-pattern.ts';

/** What tells the cause of an error: where it was noticed, its type, and its message without what differs each time. */
export interface Cause {
  /** Of source, type and title: 16 hexadecimal digits. */
  fingerprint: string;
  title: string;
}

const TITLE_LENGTH = 300;
/** Longer messages are read up to here: what follows is a call log, and the work below stays bounded. */
const READ_LENGTH = 2_000;

/**
 * In this order, because a later pattern would tear what an earlier one takes as a whole: an address holds paths, a time
 * holds numbers. An HTTP status stays as it is: 404 and 503 have different causes.
 */
const VARYING: readonly (readonly [RegExp, (typeof PLACEHOLDERS)[number]])[] = [
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'`<>)\]]+/gi, '<url>'],
  [/"[^"]*"|`[^`]*`|“[^”]*”|‘[^’]*’|«[^»]*»|(?<!\w)'[^']*'(?!\w)/g, '<name>'],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '<name>'],
  [/(?<!\w)@[\w.-]*\w/g, '<name>'],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '<address>'],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?Z| ?[+-]\d\d:?\d\d)?)?/g, '<time>'],
  [/\b\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?\b(?!:)/g, '<time>'],
  [/\[?(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}\b\]?(?::\d+)?/gi, '<address>'],
  [/(?<![\w<>/\\])(?:[a-z]:|\.{1,2}|~)?(?:[\\/][\w.@%+~-]*\w)+[\\/]?/gi, '<path>'],
  [/\b(?=[a-f]*\d)[0-9a-f]{8,}\b/gi, '<id>'],
  [/\b(?=[a-z_-]*\d)[\w-]{16,}\b/gi, '<id>'],
  [/(?<!\b(?:HTTP|status|answered(?: with)?):? )(?<![\d<])\d+(?:[.,]\d+)*/g, '<n>'],
];

/** A message with names, numbers, ids, addresses, paths and times replaced by placeholders; its first line alone. */
export function titleOf(message: string): string {
  const lines = message.slice(0, READ_LENGTH).split(/\r?\n/);
  const line = lines.map((one) => one.trim()).find((one) => one !== '') ?? '';
  const title = VARYING.reduce((text, [pattern, placeholder]) => text.replace(pattern, placeholder), line);
  return title.replace(/\s+/g, ' ').slice(0, TITLE_LENGTH) || '(no message)';
}

/** Errors of one cause get the same fingerprint, whichever account, number or address they name. */
export function causeOf(error: { source: string; type: string; message: string }): Cause {
  const title = titleOf(error.message);
  const text = JSON.stringify([error.source, error.type, title]);
  return { fingerprint: createHash('sha256').update(text).digest('hex').slice(0, 16), title };
}
