import { recipeSchema } from '../../contracts/media.ts';
import { say } from '../../contracts/said.ts';
import type { Facts } from '../../kinds/define.ts';
import { unprocessable } from '../problem.ts';
import { type Db, query, queryOne } from './sql.ts';

/** The place of a rendition among those of its account task, as its mark says. */
const placeOf = (mark: string | undefined): number => Number(mark?.split('/').at(-1) ?? 0);

/**
 * What a task has rendered, by account, in the order of the renditions.
 * @throws Problem 422 when there is no such task
 */
export async function readRenditions(db: Db, taskId: string): Promise<NonNullable<Facts['renditions']>> {
  const task = await queryOne(db, 'SELECT id FROM "BulkTask" WHERE id = $1::uuid', taskId);
  if (!task) {
    throw unprocessable('There is no such task to take renditions from.', [
      { path: 'params.variantsOf', message: say('none.bulk-task', { id: taskId }) },
    ]);
  }
  const rows = await query<{ accountId: string; mediaId: string; recipe: unknown }>(
    db,
    `SELECT "accountId", "assetId" AS "mediaId", recipe FROM "MediaVariant"
     WHERE "taskId" = $1::uuid AND "accountId" IS NOT NULL`,
    taskId,
  );
  const renditions = new Map<string, NonNullable<ReturnType<typeof asRendition>>[]>();
  for (const row of rows) {
    const rendition = asRendition(row);
    if (!rendition) continue;
    const own = renditions.get(row.accountId) ?? [];
    own.push(rendition);
    renditions.set(row.accountId, own);
  }
  for (const own of renditions.values()) own.sort((a, b) => placeOf(a.recipe.mark) - placeOf(b.recipe.mark));
  return renditions;
}

function asRendition({ mediaId, recipe }: { mediaId: string; recipe: unknown }) {
  const parsed = recipeSchema.safeParse(recipe);
  return parsed.success ? { mediaId, recipe: parsed.data } : null;
}
