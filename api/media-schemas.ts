import { z } from 'zod';
import { mediaProbeSchema } from '../contracts/media.ts';
import type { MediaAsset, MediaVariant } from '../prisma/generated/client.ts';
import { instant } from './account-filter.ts';
import { accountFields, line } from './account-schemas.ts';
import { pageQuery } from './pages.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'Must be a SHA-256 in lower-case hexadecimal digits');
export const fileName = line(255).refine((name) => !/[\\/]/.test(name), 'Must not hold slashes');

export const mediaFields = {
  id: z.uuid(),
  kind: z.enum(['video', 'image']),
  sha256,
  fileName: z.string(),
  mime: z.string(),
  bytes: z.int(),
  width: z.int(),
  height: z.int(),
  durationMs: z.int(),
  tags: z.array(z.string()),
  hasThumbnail: z.boolean(),
  createdAt: z.iso.datetime(),
};
export const mediaSchema = z.object(mediaFields).meta({ id: 'Media' });

export const variantSchema = z
  .object({
    id: z.uuid(),
    recipe: z.unknown(),
    sha256,
    bytes: z.int(),
    width: z.int().nullable(),
    height: z.int().nullable(),
    durationMs: z.int().nullable(),
    probe: z.unknown(),
    ssim: z.number().nullable().meta({ description: 'Likeness to its source, 0 to 1, where it was measured' }),
    account: z
      .object({ id: z.uuid(), platform: z.string(), username: z.string() })
      .nullable()
      .meta({ description: 'Whose it is, where it is theirs alone' }),
    taskId: z.uuid().nullable(),
    accountTaskId: z.uuid().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'MediaVariant' });

export const mediaDetailSchema = z
  .object({
    ...mediaFields,
    probe: mediaProbeSchema,
    variants: z.array(variantSchema).meta({ description: 'The newest 100' }),
    variantCount: z.int(),
  })
  .meta({ id: 'MediaDetail' });

export const listVariantsQuery = z.strictObject({
  accountId: z.uuid().optional(),
  taskId: z.uuid().optional(),
  ...pageQuery,
});

export const listMediaQuery = z.strictObject({
  kind: z.enum(['video', 'image']).optional(),
  tag: line(50).optional(),
  q: line(255).optional().meta({ description: 'Part of the file name' }),
  createdFrom: instant.optional().meta({ description: 'Not before' }),
  createdTo: instant.optional().meta({ description: 'Before' }),
  sha256: sha256.optional().meta({ description: 'Of its bytes: tells whether a file is in the library already' }),
  ...pageQuery,
});
export const patchMediaSchema = z
  .strictObject({ fileName: fileName.optional(), tags: accountFields.tags.optional() })
  .meta({ id: 'MediaChanges' });
export const hashParams = z.object({ sha256 });
export const variantParams = z.object({ id: z.uuid(), variantId: z.uuid() });

export function toMedia(row: MediaAsset) {
  const { thumbSha256, probe: _, ...shown } = row;
  return {
    ...shown,
    bytes: Number(row.bytes),
    hasThumbnail: thumbSha256 !== null,
    createdAt: row.createdAt.toISOString(),
  };
}

export type VariantOwner = { id: string; platform: string; username: string };

export function toVariant(row: MediaVariant, owners: ReadonlyMap<string, VariantOwner>) {
  const { accountId, recipeHash: _hash, assetId: _asset, ...shown } = row;
  const probe = mediaProbeSchema.safeParse(row.probe).data;
  return {
    ...shown,
    bytes: Number(row.bytes),
    width: probe?.width ?? null,
    height: probe?.height ?? null,
    durationMs: probe?.durationMs ?? null,
    account: (accountId === null ? undefined : owners.get(accountId)) ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}
