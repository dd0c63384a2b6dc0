import { randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';
import { z } from 'zod';
import { unavailable } from '../problem.ts';

/**
 * argon2id with the parameters of the OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane. The package's
 * own default algorithm is argon2id.
 */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Each computation takes its memory and a core; what waits longer than a few seconds is refused instead. */
const AT_ONCE = 2;
const MOST_WAITING = 100;
const limit = pLimit(AT_ONCE);

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (limit.pendingCount >= MOST_WAITING) throw unavailable('Too many people sign in at once. Try again in a moment.');
  return await limit(work);
}

export const hashPassword = (password: string): Promise<string> => inTurn(() => hash(password, PARAMETERS));

let nobody: Promise<string> | undefined;

/**
 * Whether a password is the one behind a hash. Without a hash the answer is no and takes as long: how fast a name is
 * refused must not tell whether it exists.
 */
export async function passwordMatches(stored: string | null | undefined, password: string): Promise<boolean> {
  nobody ??= hashPassword(firstPassword());
  const against = stored ?? (await nobody);
  const matches = await inTurn(() => verify(against, password));
  return matches && typeof stored === 'string';
}

/** Letters and digits that are not taken for one another. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A password to hand over: four groups of five, about 99 bits. */
export function firstPassword(): string {
  const group = () => Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}

const SHORTEST = 10;
const LONGEST = 200;

export const newPasswordSchema = z
  .string()
  .min(SHORTEST, `Must have ${SHORTEST} characters at least; a sentence is easy to remember`)
  .max(LONGEST)
  .meta({ title: 'New password', format: 'password' });

/** What is wrong with a password of this person, or nothing. */
export function passwordFault(password: string, name: string): string | undefined {
  if (password.toLowerCase().includes(name.toLowerCase())) return 'Must not hold your name';
  return new Set(password).size < 5 ? 'Must have five different characters at least' : undefined;
}
