import { z } from 'zod';
import { mediaProbeSchema } from '../contracts/media.ts';
import type { MediaAsset, MediaVariant } from '../prisma/generated/client.ts';
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

export const mediaDetailSchema = z
  .object({
    ...mediaFields,
    probe: mediaProbeSchema,
    variants: z.array(
      z.object({
        id: z.uuid(),
        recipe: z.unknown(),
        sha256,
        bytes: z.int(),
        probe: z.unknown(),
        ssim: z.number().nullable(),
        createdAt: z.iso.datetime(),
      }),
    ),
  })
  .meta({ id: 'MediaDetail' });

export const listMediaQuery = z.strictObject({
  kind: z.enum(['video', 'image']).optional(),
  tag: line(50).optional(),
  q: line(255).optional().meta({ description: 'Part of the file name' }),
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

export function toMediaDetail(row: MediaAsset & { variants: MediaVariant[] }) {
  const variants = row.variants.map((variant) => ({
    ...variant,
    bytes: Number(variant.bytes),
    createdAt: variant.createdAt.toISOString(),
  }));
  return { ...toMedia(row), probe: row.probe, variants };
}
