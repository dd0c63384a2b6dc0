import { FINAL_ACCOUNT_TASK_STATES, FINAL_BULK_STATES } from '../../contracts/states.ts';
import type { AnyKind } from '../../kinds/define.ts';
import { mediaOf } from './plans.ts';
import type { SelectedAccount } from './selection.ts';
import { type Db, query, queryOne } from './sql.ts';

interface OpenTask {
  id: string;
  name: string;
  params: unknown;
}

/** For each account, what other open tasks of the kind already do with the same media. */
export type Duplicates = ReadonlyMap<string, { taskName: string; media: ReadonlySet<string> }[]>;

/** What bulk tasks of this kind that have not ended will do, or have done, with the given media. */
export async function findDuplicates(
  db: Db,
  kind: AnyKind,
  mediaIds: ReadonlySet<string>,
  accounts: readonly SelectedAccount[],
): Promise<Duplicates> {
  const duplicates = new Map<string, { taskName: string; media: ReadonlySet<string> }[]>();
  if (mediaIds.size === 0) return duplicates;
  const open = await query<OpenTask>(
    db,
    'SELECT id, name, params FROM "BulkTask" WHERE kind = $1 AND state <> ALL($2::text[])',
    kind.name,
    FINAL_BULK_STATES,
  );
  const names = new Map<string, string>();
  for (const task of open) {
    const shared = kind.mediaIds?.(task.params)?.some((id) => mediaIds.has(id.toLowerCase()));
    if (shared) names.set(task.id, task.name);
  }
  if (names.size === 0) return duplicates;
  const wanted = new Set(accounts.map((account) => account.id));
  const planned = await query<{ taskId: string; accountId: string; plan: unknown }>(
    db,
    'SELECT "taskId", "accountId", plan FROM "AccountTask" WHERE "taskId" = ANY($1::uuid[])',
    [...names.keys()],
  );
  for (const { taskId, accountId, plan } of planned) {
    if (!wanted.has(accountId)) continue;
    const media = mediaOf(plan, mediaIds);
    if (media.size === 0) continue;
    const known = duplicates.get(accountId) ?? [];
    known.push({ taskName: names.get(taskId) ?? taskId, media });
    duplicates.set(accountId, known);
  }
  return duplicates;
}

/** How many of the accounts have other work that has not ended: they take turns by their lease. */
export async function countBusy(db: Db, accounts: readonly SelectedAccount[]): Promise<number> {
  const found = await queryOne<{ n: number }>(
    db,
    `SELECT count(DISTINCT at."accountId")::int AS n
     FROM "BulkTask" b JOIN "AccountTask" at ON at."taskId" = b.id
     WHERE b.state <> ALL($2::text[]) AND at.state <> ALL($3::text[]) AND at."accountId" = ANY($1::uuid[])`,
    accounts.map((account) => account.id),
    FINAL_BULK_STATES,
    FINAL_ACCOUNT_TASK_STATES,
  );
  return found?.n ?? 0;
}
