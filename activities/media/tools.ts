import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TaskError } from '../../contracts/errors.ts';
import { say } from '../../contracts/said.ts';

/** Absolute paths of the two programs that everything in this room works with. */
export interface MediaTools {
  ffmpegPath: string;
  ffprobePath: string;
}

type Program = 'ffmpeg' | 'ffprobe';

const PROJECT_TOOLS = fileURLToPath(new URL('../../tools', import.meta.url));

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function named(program: Program): string {
  return process.platform === 'win32' ? `${program}.exe` : program;
}

function onPath(program: Program, path: string | undefined): string | undefined {
  return (path ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, named(program)))
    .find(isExecutable);
}

/** The installer packages hold one folder a platform, e.g. `@ffmpeg-installer/linux-x64/ffmpeg`. */
function inPackages(program: Program, toolsFolder: string): string | undefined {
  const scope = join(toolsFolder, 'node_modules', `@${program}-installer`);
  const own = `${process.platform}-${process.arch}`;
  try {
    return readdirSync(scope)
      .filter((folder) => folder === own)
      .map((folder) => join(scope, folder, named(program)))
      .find(isExecutable);
  } catch {
    return undefined;
  }
}

function findProgram(program: Program, env: NodeJS.ProcessEnv, toolsFolder: string): string {
  const variable = program === 'ffmpeg' ? 'FFMPEG_PATH' : 'FFPROBE_PATH';
  const given = env[variable];
  if (given) {
    const path = resolve(given);
    if (!isExecutable(path)) {
      throw new TaskError('Unavailable', say('media.bad-program', { variable, program: given }));
    }
    return path;
  }
  const found = onPath(program, env.PATH) ?? inPackages(program, toolsFolder);
  if (!found) {
    throw new TaskError('Unavailable', say('media.no-program', { program, variable }));
  }
  return found;
}

/**
 * Looks for ffmpeg and ffprobe: `FFMPEG_PATH` and `FFPROBE_PATH`, then `PATH`, then the installer packages under the
 * project's tools folder. Nothing is installed.
 * @throws TaskError `Unavailable` with a sentence that names the program and the way out.
 */
export function findMediaTools(env: NodeJS.ProcessEnv = process.env, toolsFolder = PROJECT_TOOLS): MediaTools {
  return {
    ffmpegPath: findProgram('ffmpeg', env, toolsFolder),
    ffprobePath: findProgram('ffprobe', env, toolsFolder),
  };
}

let found: MediaTools | undefined;

/** {@link findMediaTools} for this process, looked up once. A failure is not remembered. */
export function mediaTools(): MediaTools {
  found ??= findMediaTools();
  return found;
}
