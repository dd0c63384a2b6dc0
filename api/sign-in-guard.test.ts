import { openDatabase } from '../prisma/client.ts';
import { startTemporaryPostgres, type TemporaryPostgres } from '../stack/temporary-postgres.ts';
import { Problem } from './problem.ts';
import { attemptSucceeded, takeAttempt } from './sign-in-guard.ts';

describe('the guard of sign-ins', () => {
  let postgres: TemporaryPostgres;
  let one: ReturnType<typeof openDatabase>;
  let other: ReturnType<typeof openDatabase>;
  beforeAll(async () => {
    postgres = await startTemporaryPostgres({ migrated: true });
    one = openDatabase(postgres.databaseUrl);
    other = openDatabase(postgres.databaseUrl);
  });
  afterAll(async () => {
    await one?.$disconnect();
    await other?.$disconnect();
    await postgres?.stop();
  });
  beforeEach(() => one.signInFailure.deleteMany());

  const guess = async (db: typeof one, address: string, name?: string): Promise<'taken' | number> => {
    try {
      await takeAttempt({ db }, { address, ...(name ? { name } : {}) });
      return 'taken';
    } catch (error) {
      if (error instanceof Problem) return Number(error.headers['retry-after']);
      throw error;
    }
  };
  /** As if so many seconds had passed. */
  const pass = (seconds: number) =>
    one.$executeRawUnsafe(
      `UPDATE "SignInFailure" SET "openAt" = "openAt" - ${seconds} * interval '1 second',
         "updatedAt" = "updatedAt" - ${seconds} * interval '1 second'`,
    );

  it('doubles the wait with each failure, up to five minutes, and forgets after half an hour', async () => {
    for (let n = 0; n < 5; n += 1) expect(await guess(one, `192.0.2.${n}`, 'ada')).toBe('taken');
    const waits: (number | 'taken')[] = [];
    for (let n = 0; n < 11; n += 1) {
      const wait = await guess(one, `198.51.100.${n}`, 'ada');
      waits.push(wait);
      await pass(wait === 'taken' ? 0 : wait);
      expect(await guess(one, `203.0.113.${n}`, 'ada')).toBe('taken');
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    await pass(31 * 60);
    for (let n = 0; n < 5; n += 1) expect(await guess(one, `192.0.2.${n}`, 'ada')).toBe('taken');
  });

  it('counts for all processes together, by address and by name', async () => {
    for (let n = 0; n < 5; n += 1) expect(await guess(n % 2 ? one : other, `192.0.2.${n}`, 'ada')).toBe('taken');
    expect(await guess(other, '192.0.2.77', 'ada')).not.toBe('taken');
    expect(await guess(other, '192.0.2.77', 'grace')).toBe('taken');
    for (let n = 0; n < 10; n += 1) expect(await guess(n % 2 ? one : other, '198.51.100.9')).toBe('taken');
    expect(await guess(other, '198.51.100.9', 'somebody-new')).not.toBe('taken');
  });

  it('lets no more through when all guesses come at once', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, n) => guess(n % 2 ? one : other, `192.0.2.${n}`, 'ada')),
    );
    expect(outcomes.filter((outcome) => outcome === 'taken')).toHaveLength(5);
  });

  it('starts a name anew after a success, but not the address: an own account opens no others', async () => {
    for (let n = 0; n < 9; n += 1) await guess(one, '192.0.2.1', `victim-${n}`);
    expect(await guess(one, '192.0.2.1', 'mallory')).toBe('taken');
    await attemptSucceeded({ db: one }, { address: '192.0.2.1', name: 'mallory' });
    expect(await guess(one, '192.0.2.1', 'victim-9')).toBe('taken');
    expect(await guess(one, '192.0.2.1', 'victim-10')).not.toBe('taken');
    const kept = JSON.stringify(await one.signInFailure.findMany());
    expect(kept).not.toMatch(/victim|mallory/);
  });
});
