import { execFile } from 'node:child_process';
import ffmpeg from 'fluent-ffmpeg';
import type { MediaTools } from './tools.ts';
import { mediaTools } from './tools.ts';

// The only module that knows fluent-ffmpeg, which is archived upstream: to replace it, replace this file.

/** One run of ffmpeg: what goes in and what comes out, as the command line has it. */
export interface FfmpegJob {
  inputs: readonly { source: string; options?: readonly string[] }[];
  outputOptions: readonly string[];
  /** Its extension chooses the container. An existing file is overwritten. */
  outputPath: string;
  /** Further outputs of the same run. */
  moreOutputs?: readonly { options: readonly string[]; path: string }[];
}

export interface RunOptions {
  /** Kills ffmpeg at once; the run then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** How long the output will be, milliseconds: what progress is a fraction of. */
  durationMs?: number;
  /** Called with the written part of the output, 0 to 1, never falling. Needs `durationMs`. */
  onProgress?: (fraction: number) => void;
  /** Kills ffmpeg when it takes longer, milliseconds. No limit where not given. */
  timeoutMs?: number;
  /** Called with what ffmpeg says beside its progress, which is warnings only unless an output option asks for more. */
  onLine?: (line: string) => void;
  tools?: MediaTools;
}

const TAIL_LINES = 20;
const TAIL_LINE_CHARS = 300;

/** How a run went wrong: it said so itself, took too long, was killed from outside, or never started. */
export type FfmpegFault = 'exit' | 'timeout' | 'killed' | 'spawn';

/** ffmpeg or ffprobe ended badly. `tail` holds the last lines that it wrote: at most 20, of 300 characters each. */
export class FfmpegError extends Error {
  readonly fault: FfmpegFault;
  readonly tail: readonly string[];

  constructor(fault: FfmpegFault, message: string, tail: readonly string[]) {
    super(message);
    this.name = 'FfmpegError';
    this.fault = fault;
    this.tail = tail;
  }
}

/** Keeps ffmpeg from its standard input and makes it report on standard error in lines of `key=value`. */
const REPORTING = ['-nostdin', '-hide_banner', '-loglevel', 'warning', '-nostats', '-progress', 'pipe:2'];

/** Only local files: an uploaded playlist must not make ffmpeg open addresses. */
const INPUT_GUARD = ['-protocol_whitelist', 'file'];

const PROGRESS_LINE = /^[a-z0-9_]+=\s*\S*$/;
const OUT_TIME = /^out_time=(\d+):(\d{2}):(\d{2}(?:\.\d+)?)$/;

/** Milliseconds of an `out_time` line of ffmpeg's `-progress`, or null for any other line. */
export function parseOutTime(line: string): number | null {
  const match = OUT_TIME.exec(line);
  return match ? (Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3])) * 1000 : null;
}

/** Turns ffmpeg's lines into progress, and keeps the last others for the error text. */
function createReader({ durationMs, onProgress, onLine }: RunOptions) {
  const tail: string[] = [];
  let reported = 0;
  return {
    tail,
    read(line: string): void {
      const text = line.trim();
      const outTimeMs = parseOutTime(text);
      if (outTimeMs !== null && durationMs) {
        const fraction = Math.min(1, outTimeMs / durationMs);
        if (fraction > reported) {
          reported = fraction;
          onProgress?.(fraction);
        }
      } else if (text !== '' && !PROGRESS_LINE.test(text)) {
        onLine?.(text);
        tail.push(text.slice(0, TAIL_LINE_CHARS));
        if (tail.length > TAIL_LINES) tail.shift();
      }
    },
  };
}

type EndCallback = (error: Error | null, stdout?: unknown, stderr?: unknown) => void;
interface Spawning {
  _spawnFfmpeg(...args: unknown[]): void;
}

/**
 * When the program cannot be spawned at all, fluent-ffmpeg reads output that it never made, in a listener where the
 * mistake would end this process. Empty output in its place lets the error arrive like any other.
 */
function surviveFailedSpawn(command: ffmpeg.FfmpegCommand): void {
  const inner = command as unknown as Spawning;
  const spawn = inner._spawnFfmpeg;
  const nothing = { get: () => '' };
  inner._spawnFfmpeg = function (...args) {
    const end = args.pop() as EndCallback;
    const patient: EndCallback = (error, stdout = nothing, stderr = nothing) => end(error, stdout, stderr);
    spawn.apply(this, [...args, patient]);
  };
}

function buildCommand(job: FfmpegJob, tools: MediaTools): ffmpeg.FfmpegCommand {
  const command = ffmpeg({ stdoutLines: TAIL_LINES });
  surviveFailedSpawn(command);
  command.setFfmpegPath(tools.ffmpegPath);
  command.setFfprobePath(tools.ffprobePath);
  for (const { source, options = [] } of job.inputs) {
    command.input(source).inputOptions(...INPUT_GUARD, ...options);
  }
  command.output(job.outputPath).outputOptions(...REPORTING, ...job.outputOptions);
  for (const { path, options } of job.moreOutputs ?? []) command.output(path).outputOptions(...options, '-y');
  return command;
}

/**
 * Runs ffmpeg once. Settles only after the process has ended, so its output may be removed then.
 * @throws the signal's reason when aborted, else FfmpegError
 */
export async function runFfmpeg(job: FfmpegJob, options: RunOptions = {}): Promise<void> {
  const { signal, timeoutMs, onProgress } = options;
  signal?.throwIfAborted();
  const reader = createReader(options);
  const command = buildCommand(job, options.tools ?? mediaTools());
  let running = false;
  let stop: 'aborted' | 'timeout' | null = null;

  const kill = (why: 'aborted' | 'timeout') => {
    stop ??= why;
    if (running) command.kill('SIGKILL');
  };
  const onAbort = () => kill('aborted');
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => kill('timeout'), timeoutMs);

  try {
    await new Promise<void>((resolve, reject) => {
      command
        .on('start', () => {
          running = true;
          // The order to stop may have come while the program was still being looked at.
          if (stop) command.kill('SIGKILL');
        })
        .on('stderr', (line: string) => reader.read(line))
        .on('end', () => resolve())
        .on('error', (error: Error) => reject(error))
        .run();
    });
  } catch (error) {
    if (stop === 'aborted') throw signal?.reason;
    throw explain(error, stop === 'timeout', timeoutMs, reader.tail);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
  if (options.durationMs) onProgress?.(1);
}

function explain(error: unknown, timedOut: boolean, timeoutMs: number | undefined, tail: readonly string[]) {
  const message = error instanceof Error ? error.message : String(error);
  if (timedOut) {
    return new FfmpegError('timeout', `ffmpeg was stopped after ${Math.round((timeoutMs ?? 0) / 1000)} s.`, tail);
  }
  if (/killed with signal/.test(message)) {
    return new FfmpegError('killed', `${message} from outside.`, tail);
  }
  const code = /exited with code (\d+)/.exec(message)?.[1];
  if (code === undefined) return new FfmpegError('spawn', `ffmpeg could not be run: ${message}`, tail);
  return new FfmpegError('exit', `ffmpeg gave up (code ${code}): ${tail.at(-1) ?? 'it did not say why'}`, tail);
}

export interface ProbeOutput {
  stdout: string;
  /** What ffprobe complained of, even where it succeeded. */
  complaints: readonly string[];
}

/**
 * Runs ffprobe on one file with the given options.
 * @throws the signal's reason when aborted, else FfmpegError
 */
export function runFfprobe(
  path: string,
  args: readonly string[],
  { signal, timeoutMs = 120_000, tools = mediaTools() }: Pick<RunOptions, 'signal' | 'timeoutMs' | 'tools'> = {},
): Promise<ProbeOutput> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    execFile(
      tools.ffprobePath,
      ['-hide_banner', '-loglevel', 'error', ...INPUT_GUARD, ...args, '-i', path],
      { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 256 * 1024 ** 2, ...(signal ? { signal } : {}) },
      (error, stdout, stderr) => {
        const reader = createReader({});
        for (const line of stderr.split(/\r?\n/)) reader.read(line);
        if (!error) resolve({ stdout, complaints: reader.tail });
        else if (signal?.aborted) reject(signal.reason);
        else if (error.killed) reject(new FfmpegError('timeout', 'ffprobe took too long.', reader.tail));
        else if (typeof error.code === 'number') reject(new FfmpegError('exit', 'ffprobe gave up.', reader.tail));
        else if (error.signal) reject(new FfmpegError('killed', `ffprobe ended with ${error.signal}.`, reader.tail));
        else reject(new FfmpegError('spawn', `ffprobe could not be run (${error.code}).`, reader.tail));
      },
    );
  });
}
