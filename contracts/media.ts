import { z } from 'zod';

/** What ffprobe says of a file, reduced to what decisions are made on. Durations in milliseconds, sizes in bytes. */
export const mediaProbeSchema = z.object({
  kind: z.enum(['video', 'image']),
  /** ffprobe's format name list, e.g. `mov,mp4,m4a,3gp,3g2,mj2`, or the image's type, e.g. `png`. */
  container: z.string(),
  bytes: z.number().int().nonnegative(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  durationMs: z.number().int().nonnegative(),
  frameRate: z.number().nonnegative(),
  videoCodec: z.string().nullable(),
  audioCodec: z.string().nullable(),
  /** Degrees clockwise that a player turns the picture: 0, 90, 180 or 270. Width and height are as displayed. */
  rotation: z.number().int(),
});
export type MediaProbe = z.infer<typeof mediaProbeSchema>;

/** How a variant is made from its source. Everything is optional: an empty recipe only conforms to the platform. */
export const recipeSchema = z
  .object({
    aspect: z.enum(['source', '9:16', '1:1', '16:9']).default('source').meta({ title: 'Aspect ratio' }),
    fit: z.enum(['pad', 'crop']).default('pad').meta({ title: 'Fit', description: 'Pad with black, or crop.' }),
    maxHeight: z.number().int().min(144).max(2160).optional().meta({ title: 'Largest height, pixels' }),
    frameRate: z.number().min(5).max(60).optional().meta({ title: 'Frames a second' }),
    videoBitrateKbps: z.number().int().min(200).max(20_000).optional().meta({ title: 'Video bit rate, kbit/s' }),
  })
  .strict();
export type Recipe = z.infer<typeof recipeSchema>;
