import { platformProfiles } from '../../activities/platforms/profiles.ts';
import { readEnv } from '../../config/env.ts';
import { say } from '../../contracts/said.ts';
import type { Facts, FactsWanted } from '../../kinds/define.ts';
import { unprocessable } from '../problem.ts';
import { readRenditions } from './renditions.ts';
import { type Db, query, queryOne } from './sql.ts';

/**
 * Reads what the plans of a kind need to know of things outside the order.
 * @throws Problem 422 when what params name does not exist
 */
export async function readFacts(db: Db, wanted: FactsWanted): Promise<Facts> {
  return {
    targets: wanted.followCategoryId === undefined ? [] : await readTargets(db, wanted.followCategoryId),
    platforms: Object.fromEntries(
      Object.values(platformProfiles).map(({ name, capabilities }) => [name, capabilities]),
    ),
    ...(wanted.renditionsOf === undefined ? {} : { renditions: await readRenditions(db, wanted.renditionsOf) }),
    visitHosts: wanted.visitHosts ? readEnv().FLOTILLA_VISIT_HOSTS : [],
  };
}

async function readTargets(db: Db, followCategoryId: string): Promise<string[]> {
  const category = await queryOne(db, 'SELECT id FROM "FollowCategory" WHERE id = $1::uuid', followCategoryId);
  if (!category) {
    throw unprocessable('There is no such follow category.', [
      { path: 'params.categoryId', message: say('none.some-category', { id: followCategoryId }) },
    ]);
  }
  const targets = await query<{ username: string }>(
    db,
    'SELECT username FROM "FollowTarget" WHERE "categoryId" = $1::uuid ORDER BY "createdAt", id',
    followCategoryId,
  );
  return targets.map(({ username }) => username);
}
