import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FfmpegError, parseOutTime, runFfmpeg, runFfprobe } from './ffmpeg.ts';
import type { ClipFolder } from './fixtures.ts';
import { createClipFolder } from './fixtures.ts';

let clips: ClipFolder;
beforeAll(async () => {
  clips = await createClipFolder();
});
afterAll(() => clips.remove());

/** Runs for minutes unless it is stopped: `realtime` holds it to the clock. */
const endless = (name: string) => ({
  inputs: [],
  outputOptions: ['-filter_complex', 'testsrc2=s=64x64:r=10,realtime[p]', '-map', '[p]', '-t', '300'],
  outputPath: join(clips.path, name),
});

const failure = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

describe('running ffmpeg', () => {
  it('reports how much is written, rising to 1', async () => {
    const source = await clips.make('source.mp4', { seconds: 20, size: '640x360' });
    const seen: number[] = [];
    await runFfmpeg(
      {
        inputs: [{ source }],
        outputOptions: ['-c:v', 'libx264', '-preset', 'medium'],
        outputPath: join(clips.path, 'again.mp4'),
      },
      { durationMs: 20_000, onProgress: (fraction) => seen.push(fraction) },
    );
    expect(seen.at(-1)).toBe(1);
    expect(seen.some((fraction) => fraction > 0 && fraction < 1)).toBe(true);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
  });

  it('stops when told to, with the reason that was given, and only when ffmpeg is gone', async () => {
    const stop = new AbortController();
    const reason = new Error('the task was cancelled');
    const run = runFfmpeg(endless('stopped.mp4'), {
      signal: stop.signal,
      durationMs: 300_000,
      onProgress: () => stop.abort(reason),
    });
    expect(await failure(run)).toBe(reason);
    const { size } = await stat(join(clips.path, 'stopped.mp4'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await stat(join(clips.path, 'stopped.mp4'))).size).toBe(size);
  });

  it('stops even when told before ffmpeg has begun', async () => {
    const stop = new AbortController();
    const run = runFfmpeg(endless('early.mp4'), { signal: stop.signal });
    stop.abort(new Error('at once'));
    expect(await failure(run)).toMatchObject({ message: 'at once' });
  });

  it('does not begin when told to stop beforehand', async () => {
    const signal = AbortSignal.abort(new Error('never mind'));
    expect(await failure(runFfmpeg(endless('never.mp4'), { signal }))).toMatchObject({ message: 'never mind' });
    await expect(stat(join(clips.path, 'never.mp4'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('stops what takes too long', async () => {
    const error = await failure(runFfmpeg(endless('slow.mp4'), { timeoutMs: 400 }));
    expect(error).toBeInstanceOf(FfmpegError);
    expect(error).toMatchObject({ fault: 'timeout' });
  });

  it("tells ffmpeg's own last words, and not too many of them", async () => {
    const source = await clips.make('fine.mp4');
    const error = await failure(
      runFfmpeg({
        inputs: [{ source }],
        outputOptions: ['-c:v', 'no-such-codec'],
        outputPath: join(clips.path, 'x.mp4'),
      }),
    );
    expect(error).toMatchObject({ fault: 'exit', message: expect.stringContaining('no-such-codec') });
    expect((error as FfmpegError).tail.length).toBeLessThanOrEqual(20);
    expect((error as FfmpegError).tail.every((line) => !/^(frame|out_time|progress)=/.test(line))).toBe(true);
  });

  it('opens no addresses, whatever an input says', async () => {
    const error = await failure(
      runFfmpeg({
        inputs: [{ source: 'http://127.0.0.1:9/a.mp4' }],
        outputOptions: [],
        outputPath: join(clips.path, 'y.mp4'),
      }),
    );
    expect((error as FfmpegError).tail.join(' ')).toMatch(/not on whitelist/);
  });

  it('says so when the program is not there', async () => {
    const tools = { ffmpegPath: join(clips.path, 'none'), ffprobePath: join(clips.path, 'none') };
    expect(await failure(runFfmpeg(endless('z.mp4'), { tools }))).toMatchObject({ fault: 'spawn' });
    expect(await failure(runFfprobe('z.mp4', [], { tools }))).toMatchObject({ fault: 'spawn' });
  });
});

it.each([
  ['out_time=00:01:02.500000', 62_500],
  ['out_time=10:00:00.000000', 36_000_000],
  ['out_time=N/A', null],
  ['frame=12', null],
])('reads %s', (line, expected) => {
  expect(parseOutTime(line)).toBe(expected);
});
