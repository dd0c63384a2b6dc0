import { Secret, TOTP } from 'otpauth';
import type { AccountSecret, StorageState } from './link.ts';

export const MASK = '[masked]';

/** Shorter cookie and storage values are settings (`en`, `dark`), not secrets, and would be found everywhere. */
const LEAST_COOKIE_CHARS = 8;
const LEAST_STORAGE_CHARS = 16;

const percentEncoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

const jsonEscaped = (text: string) => JSON.stringify(text).slice(1, -1);

const asciiJsonEscaped = (text: string) =>
  jsonEscaped(text).replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

function htmlEscaped(text: string, quote: string, apostrophe: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': quote, "'": apostrophe };
  return text.replace(/[&<>"']/g, (char) => names[char] ?? char);
}

/** The ways in which one secret is written down by browsers, forms, JSON, HTML and header encodings. */
function formsOf(secret: string): string[] {
  const encoded = percentEncoded(secret);
  const written = [
    secret,
    encodeURIComponent(secret),
    encodeURI(secret),
    encoded,
    encoded.replace(/%20/g, '+'),
    encoded.replace(/%[0-9A-F]{2}/g, (part) => part.toLowerCase()),
    new URLSearchParams({ '': secret }).toString().slice(1),
    htmlEscaped(secret, '&quot;', '&#39;'),
    htmlEscaped(secret, '&#34;', '&#x27;'),
    htmlEscaped(secret, '"', "'"),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
  ];
  const inJson = [...written, asciiJsonEscaped(secret)].flatMap((form) => {
    const once = jsonEscaped(form);
    return [form, once, jsonEscaped(once)];
  });
  return [...new Set(inJson)];
}

/** Digits become zeros, so that a number in JSON that happens to hold the same digits stays a number. */
const replacementOf = (secret: string) => (/^\d+$/.test(secret) ? '0'.repeat(secret.length) : MASK);

/** Replaces every secret, in every form it may be written in. */
export type Masker = (text: string) => string;

/** @param encoding `latin1` when the text to mask is bytes read as latin1, `utf8` for ordinary text */
export function createMasker(secrets: readonly string[], encoding: 'utf8' | 'latin1' = 'utf8'): Masker {
  const pairs = [...new Set(secrets)]
    .filter((secret) => secret !== '')
    .flatMap((secret) => formsOf(secret).map((form) => ({ form, mask: replacementOf(secret) })))
    .map(({ form, mask }) => ({ form: encoding === 'latin1' ? Buffer.from(form).toString('latin1') : form, mask }))
    // The longest first: a secret may be part of another one.
    .sort((left, right) => right.form.length - left.form.length);
  return (text) =>
    pairs.reduce((masked, { form, mask }) => (masked.includes(form) ? masked.split(form).join(mask) : masked), text);
}

/** Every one-time code that the seed gives between two times (milliseconds since the epoch), one step around included. */
export function totpCodesBetween(seed: string, fromMs: number, toMs: number): string[] {
  const stepMs = 30_000;
  try {
    const totp = new TOTP({ secret: Secret.fromBase32(seed.replace(/\s/g, '')) });
    const codes: string[] = [];
    for (let at = fromMs - stepMs; at <= toMs + stepMs; at += stepMs) codes.push(totp.generate({ timestamp: at }));
    return codes;
  } catch {
    return [];
  }
}

/** The secrets in a stored session: cookie values and what looks like tokens in local storage. */
export function secretsOfState(state: StorageState | null): string[] {
  if (!state) return [];
  const cookies = state.cookies.map((cookie) => cookie.value).filter((value) => value.length >= LEAST_COOKIE_CHARS);
  const stored = state.origins
    .flatMap((origin) => origin.localStorage.map((item) => item.value))
    .filter((value) => value.length >= LEAST_STORAGE_CHARS);
  return [...cookies, ...cookies.map(decoded), ...stored];
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** The lasting secrets of an account and its proxy. */
export function secretsOfAccount({ username, password, totpSecret, proxy }: AccountSecret): string[] {
  const seed = totpSecret
    ? [totpSecret, totpSecret.replace(/\s/g, ''), totpSecret.replace(/\s/g, '').toUpperCase()]
    : [];
  const proxySecrets = proxy?.password ? [proxy.password, `${proxy.username ?? ''}:${proxy.password}`] : [];
  return [password, `${username}:${password}`, ...seed, ...proxySecrets].filter(Boolean);
}

const LONGEST_MESSAGE = 400;

/**
 * An error's text, fit for logs, histories and people: Playwright's own messages carry terminal colours, call logs with
 * typed values, and addresses with query strings.
 * @param secrets the account's known secrets, masked wherever they stand
 */
export function cleanMessage(error: unknown, secrets: readonly string[] = []): string {
  const text = error instanceof Error ? error.message : String(error);
  const cleaned = createMasker(secrets)(text)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours start with an escape character
    .replace(/\u001b\[[0-9;]*m/g, '')
    .replace(/\n?(Call log:|=+ logs =+)[\s\S]*$/, '')
    .replace(/\b(fill|type|press|pressSequentially|insertText)\((["'`])[\s\S]*?\2\)/g, `$1(${MASK})`)
    .replace(/(\w+:\/\/)[^\s/@]*:[^\s/@]*@/g, '$1')
    .replace(/(https?:\/\/[^\s?#"')]+)[?#][^\s"')]*/g, '$1')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
  return cleaned.length > LONGEST_MESSAGE ? `${cleaned.slice(0, LONGEST_MESSAGE - 1)}…` : cleaned;
}
