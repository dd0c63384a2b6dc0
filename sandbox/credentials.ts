import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

export const SESSION_DAYS = 30;

/** Salted SHA-256: quick on purpose, so that thousands of made-up accounts appear at once. */
export function hashPassword(password: string, salt: string): string {
  return createHash('sha256').update(`${salt}:${password}`).digest('hex');
}

export function passwordMatches(password: string, account: { salt: string; passwordHash: string }): boolean {
  return sameText(hashPassword(password, account.salt), account.passwordHash);
}

export function newSalt(): string {
  return randomBytes(8).toString('hex');
}

export function newPassword(): string {
  return randomBytes(9).toString('base64url');
}

/** Base32, as authenticator apps take it. */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** RFC 6238: six digits, 30 seconds, one step of clock drift either way. */
export function totpMatches(code: string, secret: string): boolean {
  const totp = new TOTP({ secret: Secret.fromBase32(secret), digits: 6, period: 30 });
  return totp.validate({ token: code.replaceAll(/\s/g, ''), window: 1 }) !== null;
}

export function newEmailCode(): string {
  return String(randomInt(1_000_000)).padStart(6, '0');
}

export function codeMatches(given: string, expected: string): boolean {
  return sameText(given.replaceAll(/\s/g, ''), expected);
}

export function newSessionToken(): string {
  return randomBytes(24).toString('base64url');
}

/** Sessions are kept under a hash of their cookie, so that the journal opens no account. */
export function sessionKey(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export function sessionExpiry(): string {
  return new Date(Date.now() + SESSION_DAYS * 86_400_000).toISOString();
}

export function newPostId(): string {
  return randomBytes(8).toString('hex');
}

function sameText(one: string, other: string): boolean {
  const a = Buffer.from(one);
  const b = Buffer.from(other);
  return a.length === b.length && timingSafeEqual(a, b);
}
