import { createHash } from 'node:crypto';
import { platformProfiles } from '../../activities/platforms/profiles.ts';
import { say } from '../../contracts/said.ts';
import type { AnyKind, PlanTask } from '../../kinds/define.ts';
import { unprocessable } from '../problem.ts';
import { countBusy, type Duplicates, findDuplicates } from './duplicates.ts';
import { readFacts } from './facts.ts';
import { checkMedia, type MediaCheck } from './media.ts';
import { accountRefusal, mediaOf, textRefusal } from './plans.ts';
import { loadSelection, type SelectedAccount, type Selection } from './selection.ts';
import type { Db } from './sql.ts';

export interface Order {
  kind: AnyKind;
  /** As the kind's schema gave them out. */
  params: unknown;
  accounts: Selection;
  /** What templates call the date. */
  date: Date;
  minGapSeconds?: number | undefined;
}

export interface PlannedAccount {
  account: SelectedAccount;
  plan: unknown;
}

export interface Refusal {
  accountId: string;
  username: string;
  reason: string;
}

export interface Prepared {
  planned: PlannedAccount[];
  refused: Refusal[];
  /** What the operator should know, and what is no reason to refuse. */
  warnings: string[];
}

/**
 * What random choices in plans are drawn by. It follows from the order alone, so that a dry run shows exactly what the
 * task of the same order will do.
 */
function drawId(order: Order): string {
  const day = order.date.toISOString().slice(0, 10);
  return createHash('sha256')
    .update(JSON.stringify([order.kind.name, order.params, order.accounts, day]))
    .digest('hex')
    .slice(0, 32);
}

function duplicateRefusal(duplicates: Duplicates, accountId: string, media: ReadonlySet<string>): string | undefined {
  const other = duplicates.get(accountId)?.find((task) => [...task.media].some((id) => media.has(id)));
  return other && say('plan.duplicate', { name: other.taskName });
}

interface Checks {
  order: Order;
  media: MediaCheck;
  duplicates: Duplicates;
}

function planRefusal(
  { order, media, duplicates }: Checks,
  account: SelectedAccount,
  plan: unknown,
): string | undefined {
  const profile = platformProfiles[account.platform];
  const text = profile && textRefusal(order.kind, plan, profile);
  if (text) return text;
  const used = mediaOf(plan, media.ids);
  for (const id of used) {
    const refusal = media.refusal(account.platform, id);
    if (refusal) return refusal;
  }
  return duplicateRefusal(duplicates, account.id, used);
}

/**
 * Every check of the door, and the plan of every account that passes. Writes nothing. An account's place in the task is
 * counted over the accepted ones, so that the plans stay the same when the refused ones are left out.
 * @throws Problem 422 for a wrong selection or wrong media
 */
export async function prepare(db: Db, order: Order): Promise<Prepared> {
  const media = await checkMedia(db, order.kind, order.params);
  const facts = await readFacts(db, order.kind.facts?.(order.params) ?? {});
  const faults = order.kind.check?.(order.params, facts) ?? [];
  if (faults.length > 0) throw unprocessable('The params cannot be used as given.', faults);
  const accounts = await loadSelection(db, order.accounts);
  const duplicates = await findDuplicates(db, order.kind, media.ids, accounts);
  const checks = { order, media, duplicates };
  const task: PlanTask = { id: drawId(order), date: order.date.toISOString(), total: accounts.length };

  const planned: PlannedAccount[] = [];
  const refused: Refusal[] = [];
  for (const account of accounts) {
    let reason = accountRefusal(account, order.kind) ?? order.kind.refuse?.(order.params, account, facts);
    if (!reason) {
      const plan = order.kind.plan(order.params, account, planned.length, task, facts);
      reason = planRefusal(checks, account, plan);
      if (!reason) planned.push({ account, plan });
    }
    if (reason) refused.push({ accountId: account.id, username: account.username, reason });
  }
  const busy = await countBusy(
    db,
    planned.map(({ account }) => account),
  );
  const warnings = busy > 0 ? [say('plan.busy', { count: busy })] : [];
  return { planned, refused, warnings };
}
