import type { Settings } from '../../contracts/settings.ts';
import { settingsSchema } from '../../contracts/settings.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import type { Deps } from '../deps.ts';

type Db = Deps['db'];

/** How long another process may act on settings of before. */
const FRESH_MS = 3_000;
const KEYS = Object.keys(settingsSchema.shape);

interface Known {
  settings: Settings;
  readAt: number;
}

interface Cache {
  known?: Known;
  reading?: Promise<Settings>;
}

const caches = new WeakMap<Db, Cache>();

function cacheOf(db: Db): Cache {
  const cache = caches.get(db) ?? {};
  caches.set(db, cache);
  return cache;
}

async function read(db: Db): Promise<Settings> {
  const rows = await db.setting.findMany({ where: { key: { in: KEYS } } });
  return settingsSchema.parse(Object.fromEntries(rows.map(({ key, value }) => [key, value])));
}

async function refresh(db: Db, cache: Cache): Promise<Settings> {
  try {
    const settings = await read(db);
    // The same object while nothing changed: readers keep what they made of it.
    const same = cache.known && JSON.stringify(cache.known.settings) === JSON.stringify(settings);
    cache.known = { settings: same && cache.known ? cache.known.settings : settings, readAt: Date.now() };
  } catch (error) {
    // Without the database what was known last still holds, or every guard would fall open or shut with it.
    if (!cache.known) throw error;
  } finally {
    delete cache.reading;
  }
  return cache.known.settings;
}

/** The settings of now, a few seconds old at most. */
export async function settingsOf({ db }: Pick<Deps, 'db'>): Promise<Settings> {
  const cache = cacheOf(db);
  if (cache.known && Date.now() - cache.known.readAt < FRESH_MS) return cache.known.settings;
  cache.reading ??= refresh(db, cache);
  return await cache.reading;
}

/** Writes what is given, each field a row. This process acts on it at once, others within seconds. */
export async function saveSettings(
  { db }: Pick<Deps, 'db'>,
  changes: Partial<Settings>,
  updatedById: string,
): Promise<Settings> {
  const rows = Object.entries(changes).filter(([key, value]) => KEYS.includes(key) && value !== undefined);
  await db.$transaction(
    rows.map(([key, value]) => {
      const row = { value: value ?? Prisma.JsonNull, updatedById, updatedAt: new Date() };
      return db.setting.upsert({ where: { key }, create: { key, ...row }, update: row });
    }),
  );
  const cache = cacheOf(db);
  delete cache.known;
  delete cache.reading;
  return await settingsOf({ db });
}
