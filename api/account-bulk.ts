import { z } from 'zod';
import { deleteAccountsSchema, editAccountsSchema, refusedSchema } from './account-bulk-schemas.ts';
import { removeAccounts } from './account-delete.ts';
import type { Refusal } from './account-edit.ts';
import { editAccounts, previewEdit } from './account-edit.ts';
import { UNDO_MINUTES, undoEdit } from './account-edit-undo.ts';
import { flagQuery } from './pages.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';
import { saidOf } from './said.ts';

const tags = ['Accounts'];
const LISTED_REFUSALS = 1_000;

const fields = z.record(z.string(), z.json());

const shownRefusals = (refused: readonly Refusal[]) => ({
  refused: refused.slice(0, LISTED_REFUSALS).map((one) => ({ ...one, ...saidOf({ reason: one.reason }) })),
  refusedTotal: refused.length,
});

export const accountBulkRoutes: Route[] = [
  route({
    method: 'post',
    path: '/api/accounts/bulk-edit',
    operationId: 'editAccounts',
    summary: 'Change many accounts at once',
    description:
      'By their ids, or all that a filter of the list matches now. Written in transactions of 5,000 accounts; an account ' +
      'that cannot be changed as asked is left whole and listed with the reason. `undoToken` takes the edit back for an ' +
      'hour. With `dryRun=true` nothing is written: it says how many would change, and of the first 20 what.',
    tags,
    access: 'operator',
    idempotent: true,
    query: z.object({ dryRun: flagQuery.default(false).meta({ description: 'Only say what would change' }) }),
    body: editAccountsSchema,
    examples: {
      tags: { filter: { platform: 'sandbox' }, tags: { add: ['crew-a'], remove: ['trial'] } },
      pace: { filter: { tag: 'crew-a' }, dailyLimits: { posts: 5, follows: null }, timeZone: 'Europe/Berlin' },
      proxies: { filter: { proxy: 'failing' }, proxy: { mode: 'spread', perProxy: 10 } },
      pause: { filter: { tag: 'crew-a' }, status: 'pause' },
    },
    responses: {
      200: {
        description: 'What was changed, or with `dryRun` what would be',
        schema: z.object({
          changed: z.int(),
          unchanged: z.int().meta({ description: 'That were so already' }),
          refused: refusedSchema,
          refusedTotal: z.int(),
          undoToken: z.uuid().nullable().meta({ description: 'Null when nothing changed' }),
          undoUntil: z.iso.datetime().nullable(),
          examples: z
            .array(z.object({ accountId: z.uuid(), username: z.string(), before: fields, after: fields }))
            .meta({ description: 'Of a dry run: the first 20 that would change, with the fields that would' }),
        }),
      },
      409: { description: 'There is no spare proxy to spread over' },
    },
    async handler({ body: { ids, filter, ...edit }, query, actor, deps, note }) {
      if (query.dryRun) {
        const { refused, ...preview } = await previewEdit(deps, { ids, filter }, edit);
        const body = { ...preview, ...shownRefusals(refused), undoToken: null, undoUntil: null };
        return { status: 200, body };
      }
      const { editId, changed, unchanged, refused } = await editAccounts(deps, { ids, filter }, edit, actor.name);
      note({ subject: 'accounts', detail: { changed, unchanged, refusedTotal: refused.length, edit: editId } });
      const undo = {
        undoToken: changed > 0 ? editId : null,
        undoUntil: changed > 0 ? new Date(Date.now() + UNDO_MINUTES * 60_000).toISOString() : null,
      };
      return { status: 200, body: { changed, unchanged, ...shownRefusals(refused), ...undo, examples: [] } };
    },
  }),
  route({
    method: 'post',
    path: '/api/accounts/bulk-edit/undo',
    operationId: 'undoAccountsEdit',
    summary: 'Take an edit of many accounts back',
    description:
      'Each field that nobody has changed since gets its former value. `changedSince` counts accounts of which a field ' +
      'was left as it is.',
    tags,
    access: 'operator',
    body: z.strictObject({ undoToken: z.uuid() }),
    responses: {
      200: {
        description: 'What was taken back',
        schema: z.object({ restored: z.int(), changedSince: z.int() }),
      },
      404: { description: 'No such edit' },
      409: { description: 'It is older than an hour, or taken back already' },
    },
    async handler({ body: { undoToken }, actor, deps, note }) {
      const undone = await undoEdit(deps, undoToken, actor.name);
      note({ subject: 'accounts', detail: { edit: undoToken, ...undone } });
      return { status: 200, body: undone };
    },
  }),
  route({
    method: 'post',
    path: '/api/accounts/bulk-delete',
    operationId: 'deleteAccounts',
    summary: 'Delete or archive many accounts',
    description:
      'As with one account: without history it is deleted, with history archived, with unfinished work refused. ' +
      '`confirm` must be the number of accounts that this is.',
    tags,
    access: 'operator',
    idempotent: true,
    body: deleteAccountsSchema,
    examples: { some: { filter: { tag: 'trial' }, confirm: 12 } },
    responses: {
      200: {
        description: 'What was removed',
        schema: z.object({ deleted: z.int(), archived: z.int(), refused: refusedSchema, refusedTotal: z.int() }),
      },
      409: { description: 'The number is another one; nothing was deleted' },
    },
    async handler({ body: { ids, filter, confirm }, deps, note }) {
      const { deleted, archived, refused } = await removeAccounts(deps, { ids, filter }, confirm);
      note({ subject: 'accounts', detail: { deleted, archived, refusedTotal: refused.length } });
      return { status: 200, body: { deleted, archived, ...shownRefusals(refused) } };
    },
  }),
];
