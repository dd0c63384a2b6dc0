import { createHash } from 'node:crypto';
import { say } from '../contracts/said.ts';
import type { Deps } from './deps.ts';
import { query, queryOne } from './door/sql.ts';
import { tooMany } from './problem.ts';

type Db = Deps['db'];

/** Failures without a wait: an office shares one address, a name is one person's. */
const FREE = { address: 10, name: 5 } as const;
const LONGEST_DELAY_SECONDS = 300;
const FORGET_AFTER = `interval '30 minutes'`;

export interface Attempt {
  address: string;
  /** The name that was given, of a person or not. */
  name?: string;
}

interface Key {
  key: string;
  free: number;
}

/** A name is kept as its hash: people type passwords into the wrong field. */
function keysOf({ address, name }: Attempt): Key[] {
  const hash = name === undefined ? undefined : createHash('sha256').update(name).digest('hex');
  return [
    { key: `address/${address}`, free: FREE.address },
    ...(hash ? [{ key: `name/${hash}`, free: FREE.name }] : []),
  ];
}

// The clock, not the transaction's begin: it may have waited for another attempt.
const COUNTED = `CASE WHEN f."updatedAt" < clock_timestamp() - ${FORGET_AFTER} THEN 1 ELSE f.count + 1 END`;
const delay = (count: string): string =>
  `CASE WHEN ${count} < $2::int THEN 0 ELSE least(${LONGEST_DELAY_SECONDS}, 2 ^ least(${count} - $2::int, 20)) END
   * interval '1 second'`;

const TAKE = `
  INSERT INTO "SignInFailure" AS f (key, count, "openAt", "updatedAt")
  VALUES ($1, 1, clock_timestamp() + ${delay('1')}, clock_timestamp())
  ON CONFLICT (key) DO UPDATE
    SET count = ${COUNTED}, "openAt" = clock_timestamp() + ${delay(`(${COUNTED})`)}, "updatedAt" = clock_timestamp()
    WHERE f."openAt" <= clock_timestamp()
  RETURNING count`;

const WAIT = `SELECT extract(epoch FROM "openAt" - clock_timestamp())::float8 AS seconds FROM "SignInFailure" WHERE key = $1`;

/**
 * Slows down guessing, by address and by name: after some free failures each further one doubles the wait, from one
 * second up to five minutes; half an hour without a failure forgets. Kept in the database, for all API processes.
 *
 * An attempt counts as failed from its beginning, or many at once would all be let through.
 * @returns whether this attempt, should it fail, makes the next one wait
 * @throws Problem 429 with `Retry-After` while the address or the name must wait
 */
export async function takeAttempt({ db }: { db: Db }, attempt: Attempt): Promise<{ locks: boolean }> {
  return await db.$transaction(async (tx) => {
    let locks = false;
    for (const { key, free } of keysOf(attempt)) {
      const taken = await queryOne<{ count: number }>(tx, TAKE, key, free);
      if (!taken) {
        const wait = await queryOne<{ seconds: number }>(tx, WAIT, key);
        const why = say(key.startsWith('address/') ? 'access.many-address' : 'access.many-name');
        throw tooMany(why, wait?.seconds ?? 1);
      }
      locks ||= taken.count >= free;
    }
    return { locks };
  });
}

/**
 * The attempt was none: the name starts anew, and the address gets back what this one had cost it. No more, or somebody
 * with an account of their own could guess at others without a wait.
 */
export async function attemptSucceeded({ db }: { db: Db }, attempt: Attempt): Promise<void> {
  const [address, name] = keysOf(attempt);
  await query(
    db,
    `WITH gone AS (
       DELETE FROM "SignInFailure" WHERE key = $2::text OR "updatedAt" < now() - interval '1 day' RETURNING 1
     )
     UPDATE "SignInFailure" SET count = greatest(count - 1, 0), "openAt" = clock_timestamp() WHERE key = $1
     RETURNING key`,
    address?.key,
    name?.key ?? '',
  );
}
