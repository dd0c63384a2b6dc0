import { createHash } from 'node:crypto';

/** Digits of a record key in their order (https://atproto.com/specs/tid). */
const DIGITS = '234567abcdefghijklmnopqrstuvwxyz';
const CLOCK_BITS = 10n;
const V7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
/** Where keys without a time are put: a year that has passed, so that they never look new. */
const UNTIMED_FROM_MS = Date.UTC(2023, 0, 1);
const YEAR_MS = 365 * 86_400_000;

/** The time that a UUID of version 7 begins with, milliseconds since the epoch; null for any other text. */
function timeOf(key: string): number | null {
  const found = V7.exec(key);
  return found ? Number.parseInt(`${found[1]}${found[2]}`, 16) : null;
}

/**
 * The record key of a post: a TID, as the lexicon demands, and always the same one for the same key. Its 53 bits of
 * microseconds put it in order among the account's other posts; what the key leaves open of them, and the 10 bits of
 * the clock's name, are drawn from the key's hash.
 */
export function recordKeyOf(key: string): string {
  const drawn = createHash('sha256').update(key).digest().readBigUInt64BE();
  const ms = timeOf(key) ?? UNTIMED_FROM_MS + Number((drawn >> 24n) % BigInt(YEAR_MS));
  const micros = BigInt(ms) * 1_000n + ((drawn >> CLOCK_BITS) % 1_000n);
  let rest = (micros << CLOCK_BITS) | (drawn & 0x3ffn);
  let text = '';
  for (let place = 0; place < 13; place += 1) {
    text = (DIGITS[Number(rest & 31n)] ?? '') + text;
    rest >>= 5n;
  }
  return text;
}
