import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Env } from '../config/env.ts';
import { TOOLS_FOLDER } from './paths.ts';

/** Paths of the programs that the set-up found or installed; one is missing where the set-up could do neither. */
const toolsSchema = z.object({
  temporal: z.string().optional(),
  temporalTestServer: z.string().optional(),
  chromium: z.string().optional(),
  ffmpeg: z.string().optional(),
  ffprobe: z.string().optional(),
});
export type Tools = z.infer<typeof toolsSchema>;

/** The environment's paths where set, else what `setup.mjs` wrote to `tools/paths.json`. */
export function readTools(env: Env): Tools {
  let found: Tools = {};
  try {
    found = toolsSchema.parse(JSON.parse(readFileSync(join(TOOLS_FOLDER, 'paths.json'), 'utf8')));
  } catch {
    // No set-up has run: the environment alone decides.
  }
  const named = {
    temporal: env.TEMPORAL_CLI_PATH,
    chromium: env.CHROMIUM_PATH,
    ffmpeg: env.FFMPEG_PATH,
    ffprobe: env.FFPROBE_PATH,
  };
  const given = Object.entries(named).filter(([, path]) => path !== undefined);
  return { ...found, ...Object.fromEntries(given) };
}

/** Lets this process itself use the programs, the way the services do. */
export function exportTools(env: Env): void {
  const { ffmpeg, ffprobe } = readTools(env);
  if (ffmpeg) process.env.FFMPEG_PATH = ffmpeg;
  if (ffprobe) process.env.FFPROBE_PATH = ffprobe;
}
