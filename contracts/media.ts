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

/** Two numbers, the least and the most: what an account gets is drawn between them. */
const range = (least: number, most: number, title: string, description?: string) =>
  z
    .tuple([z.number().min(least).max(most), z.number().min(least).max(most)])
    .refine(([low, high]) => low <= high, 'The first number must not be larger than the second.')
    .optional()
    .meta({ title, ...(description ? { description } : {}), format: 'range' });

const opacity = (usual: number) => z.number().min(0.1).max(1).default(usual).meta({ title: 'Opacity, 0.1 to 1' });
const colour = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'A colour is # and six hexadecimal digits.');

const TEMPLATE = 'Template: {{username}}, {{date}}, {{index}}, and {one|two} choices.';
const label = (title: string) => z.string().min(1).max(200).optional().meta({ title, description: TEMPLATE });

export const textOverlaySchema = z
  .object({
    template: z.string().min(1).max(120).meta({ title: 'Text', description: TEMPLATE }),
    position: z.enum(['bottom', 'middle', 'top']).default('bottom').meta({ title: 'Place' }),
    heightPercent: z.number().min(2).max(20).default(5).meta({ title: 'Height, per cent of the picture' }),
    colour: colour.default('#ffffff').meta({ title: 'Colour' }),
    opacity: opacity(1),
  })
  .strict();

export const logoOverlaySchema = z
  .object({
    mediaId: z.uuid().meta({ title: 'Picture', format: 'media-id', media: 'image' }),
    corner: z
      .enum(['top-left', 'top-right', 'bottom-left', 'bottom-right'])
      .default('top-right')
      .meta({ title: 'Corner' }),
    widthPercent: z.number().min(2).max(50).default(15).meta({ title: 'Width, per cent of the picture' }),
    opacity: opacity(0.8),
  })
  .strict();

/**
 * How a rendition is made from its source. Everything is optional: an empty recipe only conforms to the platform.
 * Pairs of numbers are drawn from for each account; a drawn recipe has the same number twice.
 */
export const recipeSchema = z
  .object({
    preset: z.enum(['none', '9:16', '1:1', '16:9']).optional().meta({
      title: 'Preset',
      description: 'Shape, size and small variations of that aspect; what is set below goes first.',
    }),
    aspect: z.enum(['source', '9:16', '1:1', '16:9']).default('source').meta({ title: 'Aspect ratio' }),
    fit: z.enum(['pad', 'crop']).default('pad').meta({ title: 'Fit', description: 'Pad with black, or crop.' }),
    padColour: colour.optional().meta({ title: 'Colour of the padding' }),
    maxHeight: z.number().int().min(144).max(2160).optional().meta({ title: 'Largest height, pixels' }),
    cropPercent: range(0, 20, 'Cut off, per cent', 'Of width and of height, half of it at either side.'),
    frameRate: z.number().min(5).max(60).optional().meta({ title: 'Frames a second' }),
    trimStartMs: range(0, 600_000, 'Trim at the start, milliseconds'),
    trimEndMs: range(0, 600_000, 'Trim at the end, milliseconds'),
    speed: range(0.5, 2, 'Speed', '1 is as it was; sound keeps its pitch.'),
    brightness: range(-0.3, 0.3, 'Brightness', '0 is as it was.'),
    contrast: range(0.5, 1.5, 'Contrast', '1 is as it was.'),
    saturation: range(0, 2, 'Saturation', '1 is as it was.'),
    hueDegrees: range(-30, 30, 'Hue, degrees', '0 is as it was.'),
    text: textOverlaySchema.optional().meta({ title: 'Text over the picture' }),
    logo: logoOverlaySchema.optional().meta({ title: 'Logo over the picture' }),
    metadata: z
      .object({ title: label('Title'), artist: label('Artist'), comment: label('Comment') })
      .strict()
      .optional()
      .meta({ title: 'Metadata', description: 'What the source had is always removed.' }),
    videoCodec: z.enum(['platform', 'h264', 'hevc', 'vp9']).optional().meta({ title: 'Video codec' }),
    videoBitrateKbps: z.number().int().min(200).max(20_000).optional().meta({ title: 'Video bit rate, kbit/s' }),
    crf: z.number().int().min(14).max(35).optional().meta({
      title: 'Quality, CRF',
      description: '14 is the best, 35 the smallest; 21 unless a bit rate is given.',
    }),
    audioBitrateKbps: z.number().int().min(32).max(320).optional().meta({ title: 'Sound bit rate, kbit/s' }),
    minSsim: z.number().min(0.3).max(1).optional().meta({
      title: 'Least likeness, SSIM',
      description: 'Below it a rendition is made milder, and refused in the end. 0.9 unless given.',
    }),
    seed: z.string().min(1).max(100).optional().meta({
      title: 'Seed',
      description: 'The same seed draws the same for the same account and file.',
    }),
    /** Whose rendition this is; set when it is made. */
    mark: z.string().max(200).optional(),
  })
  .strict();
export type Recipe = z.infer<typeof recipeSchema>;

/** What a person may order: whose rendition it becomes is not theirs to say. */
export const orderedRecipeSchema = recipeSchema.omit({ mark: true });

export const DEFAULT_MIN_SSIM = 0.9;
