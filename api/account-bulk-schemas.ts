import { z } from 'zod';
import { accountFilterSchema } from './account-filter.ts';
import { accountFields, limitsShape } from './account-schemas.ts';
import { saidShape } from './said.ts';

/** Which accounts are meant. */
export const selectedFields = {
  ids: z.array(z.uuid()).min(1).max(100_000).optional(),
  filter: accountFilterSchema
    .optional()
    .meta({ description: 'As the list takes it; an empty one means every account' }),
};
export const isEither = ({ ids, filter }: { ids?: unknown; filter?: unknown }): boolean =>
  (ids === undefined) !== (filter === undefined);
export const EITHER = { path: ['ids'], message: 'Give either ids or a filter' };

const tagsSchema = z
  .strictObject({ add: accountFields.tags.default([]), remove: accountFields.tags.default([]) })
  .refine(({ add, remove }) => add.length + remove.length > 0, {
    path: ['add'],
    message: 'Name a tag to add or remove',
  });

const proxySchema = z
  .discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('set'), proxyId: z.uuid() }),
    z.strictObject({ mode: z.literal('none') }),
    z.strictObject({
      mode: z.literal('spread'),
      perProxy: z.int().min(1).max(100_000).optional().meta({ description: 'Most accounts behind one proxy' }),
    }),
  ])
  .meta({ description: 'One proxy for all, none, or the proxies of the spare pool in turn' });

const nullableLimits = Object.fromEntries(
  Object.entries(limitsShape.shape).map(([name, field]) => [name, field.nullable()]),
) as { [Name in keyof typeof limitsShape.shape]: z.ZodNullable<(typeof limitsShape.shape)[Name]> };

const FIELDS = ['tags', 'proxy', 'dailyLimits', 'timeZone', 'quietHours', 'status'] as const;

export const editAccountsSchema = z
  .strictObject({
    ...selectedFields,
    tags: tagsSchema.optional(),
    proxy: proxySchema.optional(),
    dailyLimits: z
      .strictObject(nullableLimits)
      .refine((limits) => Object.keys(limits).length > 0, 'Name a limit')
      .nullable()
      .optional()
      .meta({ description: 'The limits that are named change; null takes one away, or all of them' }),
    timeZone: accountFields.timeZone.optional(),
    quietHours: accountFields.quietHours.nullable().optional(),
    status: z.enum(['pause', 'resume']).optional().meta({ description: 'Take out of use, or back into it' }),
  })
  .refine(isEither, EITHER)
  .refine((body) => FIELDS.some((name) => body[name] !== undefined), { path: [], message: 'Name something to change' })
  .meta({ id: 'AccountsEdit' });

export const deleteAccountsSchema = z
  .strictObject({
    ...selectedFields,
    confirm: z.int().min(0).meta({ description: 'How many accounts that is, as typed by the person who deletes them' }),
  })
  .refine(isEither, EITHER)
  .meta({ id: 'AccountsDeletion' });

export const refusedSchema = z
  .array(z.object({ accountId: z.uuid(), username: z.string().nullable(), reason: z.string(), ...saidShape }))
  .meta({ description: 'The first 1,000' });
