import { z } from 'zod';
import { EITHER, isEither, selectedFields } from './account-bulk-schemas.ts';
import { editAccounts } from './account-edit.ts';
import { accountFields } from './account-schemas.ts';
import { tagsInUse } from './account-totals.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';

const tags = ['Accounts'];

const editTagsSchema = z
  .strictObject({
    ...selectedFields,
    add: accountFields.tags.default([]),
    remove: accountFields.tags.default([]),
  })
  .refine(isEither, EITHER)
  .refine(({ add, remove }) => add.length + remove.length > 0, {
    path: ['add'],
    message: 'Name a tag to add or remove',
  })
  .meta({ id: 'TagEdit' });

export const accountTagRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/accounts/tags',
    operationId: 'listAccountTags',
    summary: 'Tags in use, with how many accounts carry each',
    tags,
    access: 'viewer',
    responses: {
      200: {
        description: 'By name',
        schema: z.object({ items: z.array(z.object({ tag: z.string(), count: z.int() })) }),
      },
    },
    async handler({ deps }) {
      return { status: 200, body: { items: await tagsInUse(deps.db) } };
    },
  }),
  route({
    method: 'post',
    path: '/api/accounts/tags',
    operationId: 'editAccountTags',
    summary: 'Add tags to many accounts, or take them away',
    tags,
    access: 'operator',
    body: editTagsSchema,
    examples: { some: { filter: { platform: 'sandbox' }, add: ['crew-a'], remove: ['trial'] } },
    responses: {
      200: { description: 'How many accounts changed', schema: z.object({ changed: z.int() }) },
    },
    async handler({ body, actor, deps }) {
      const { ids, filter, ...tagsEdit } = body;
      const { changed } = await editAccounts(deps, { ids, filter }, { tags: tagsEdit }, actor.name);
      return { status: 200, body: { changed } };
    },
  }),
];
