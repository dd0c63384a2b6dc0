import { copyFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { runFfmpeg } from './ffmpeg.ts';
import type { ClipFolder } from './fixtures.ts';
import { createClipFolder } from './fixtures.ts';
import { probeFile } from './probe.ts';

let clips: ClipFolder;
beforeAll(async () => {
  clips = await createClipFolder();
});
afterAll(() => clips.remove());

const refusal = (path: string, fileName?: string) =>
  probeFile(path, fileName ? { fileName } : {}).then(
    (probe) => `accepted: ${JSON.stringify(probe)}`,
    (error) => `${error.type}: ${error.message}`,
  );

/** A copy of a file with only its first part, as an upload that broke off leaves it. */
async function cutShort(path: string, keep: (bytes: number) => number): Promise<string> {
  const cut = path.replace(/(\.\w+)$/, `-cut${Math.random()}$1`);
  await copyFile(path, cut);
  await truncate(cut, Math.floor(keep((await stat(path)).size)));
  return cut;
}

describe('a whole video', () => {
  it('is described', async () => {
    const path = await clips.make('whole.mp4', { seconds: 2 });
    expect(await probeFile(path)).toEqual({
      kind: 'video',
      container: 'mov,mp4,m4a,3gp,3g2,mj2',
      bytes: (await stat(path)).size,
      width: 160,
      height: 120,
      durationMs: expect.closeTo(2000, -2),
      frameRate: 25,
      videoCodec: 'h264',
      audioCodec: 'aac',
      rotation: 0,
    });
  });

  it.each([
    ['clip.mov', 'mov', undefined],
    ['clip.mkv', 'matroska', undefined],
    ['clip.avi', 'avi', ['-c:v', 'mpeg4', '-c:a', 'mp3']],
    ['clip.ts', 'mpegts', undefined],
  ])('may be a %s', async (name, container, encoding) => {
    const path = await clips.make(name, encoding ? { encoding } : {});
    expect(await probeFile(path)).toMatchObject({ kind: 'video', container, width: 160, height: 120 });
  });

  it('may be a WebM', async () => {
    const source = await clips.make('for-webm.mp4');
    const path = join(clips.path, 'clip.webm');
    await runFfmpeg({
      inputs: [{ source }],
      outputOptions: ['-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libopus'],
      outputPath: path,
    });
    expect(await probeFile(path)).toMatchObject({ container: 'webm', videoCodec: 'vp8', audioCodec: 'opus' });
  });

  it('may be silent', async () => {
    expect(await probeFile(await clips.make('silent.mp4', { sound: 'none' }))).toMatchObject({ audioCodec: null });
  });

  it('may be named without an extension', async () => {
    const path = await clips.make('named.mp4');
    await copyFile(path, join(clips.path, 'abcdef'));
    expect(await probeFile(join(clips.path, 'abcdef'))).toMatchObject({ kind: 'video' });
  });

  it('with pixels that are not square is measured as displayed', async () => {
    const source = await clips.make('square.mp4');
    const path = join(clips.path, 'wide.mp4');
    await runFfmpeg({ inputs: [{ source }], outputOptions: ['-vf', 'setsar=2'], outputPath: path });
    expect(await probeFile(path)).toMatchObject({ width: 320, height: 120 });
  });

  it('that players turn is measured as displayed', async () => {
    const source = await clips.make('lying.mp4');
    const turned = join(clips.path, 'turned.mp4');
    await runFfmpeg({
      inputs: [{ source }],
      outputOptions: ['-c', 'copy', '-metadata:s:v:0', 'rotate=90'],
      outputPath: turned,
    });
    const probe = await probeFile(turned);
    expect(probe).toMatchObject({ width: 120, height: 160 });
    expect([90, 270]).toContain(probe.rotation);
  });
});

describe('a video that is cut short', () => {
  const faststart = ['-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac', '-movflags', '+faststart'];

  it.each([0.1, 0.5, 0.9, 0.999])('is refused with %d of an MP4 whose index is at its end', async (share) => {
    const path = await clips.make('plain.mp4', { seconds: 2 });
    expect(await refusal(await cutShort(path, (bytes) => bytes * share))).toMatch(
      /^MediaRejected: The video is cut short/,
    );
  });

  it.each([0.3, 0.5, 0.9, 0.999])('is refused with %d of an MP4 whose index is at its start', async (share) => {
    const path = await clips.make('faststart.mp4', { seconds: 2, encoding: faststart });
    expect(await refusal(await cutShort(path, (bytes) => bytes * share))).toMatch(
      /^MediaRejected: The video is cut short/,
    );
  });

  it('is refused when the index is whole and all the rest is missing', async () => {
    const path = await clips.make('head.mp4', { seconds: 2, encoding: faststart });
    const dataAt = (await readFile(path)).indexOf('mdat') - 4;
    expect(await refusal(await cutShort(path, () => dataAt))).toMatch(/^MediaRejected: The video is/);
  });

  it('is refused when a single byte is missing', async () => {
    const path = await clips.make('byte.mp4', { encoding: faststart });
    expect(await refusal(await cutShort(path, (bytes) => bytes - 1))).toBe(
      'MediaRejected: The video is cut short: at least 1 byte is missing at its end.',
    );
  });

  it.each(['long.mkv', 'long.avi', 'long.flv'])('is refused as %s', async (name) => {
    const encoding = name.endsWith('mkv') ? faststart.slice(0, 6) : ['-c:v', 'mpeg4', '-c:a', 'mp3'];
    const flv = ['-c:v', 'flv1', '-c:a', 'mp3', '-ar', '44100'];
    const path = await clips.make(name, { seconds: 5, encoding: name.endsWith('flv') ? flv : encoding });
    expect(await refusal(path)).toMatch(/^accepted/);
    expect(await refusal(await cutShort(path, (bytes) => bytes * 0.5))).toMatch(
      /^MediaRejected: The video is cut short/,
    );
  });
});

describe('a file that is no video', () => {
  it('is refused when it is empty', async () => {
    const path = join(clips.path, 'empty.mp4');
    await writeFile(path, '');
    expect(await refusal(path)).toBe('MediaRejected: The file is empty.');
  });

  it('is refused when it holds only sound', async () => {
    const source = await clips.make('sound.mp4');
    const path = join(clips.path, 'only-sound.mp4');
    await runFfmpeg({ inputs: [{ source }], outputOptions: ['-vn', '-c:a', 'copy'], outputPath: path });
    expect(await refusal(path)).toBe('MediaRejected: The file holds sound but no picture.');
  });

  it('is refused when its name promises something else', async () => {
    const path = join(clips.path, 'picture.mp4');
    await writeFile(
      path,
      await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
        .png()
        .toBuffer(),
    );
    expect(await refusal(path)).toBe('MediaRejected: The file is named .mp4, but it is a picture (png), not a video.');
    expect(await refusal(await clips.make('real.mp4'), 'holiday.JPG')).toMatch(
      /named \.jpg, but it is a video \(mp4\)/,
    );
  });

  it('is refused when it is a document', async () => {
    const path = join(clips.path, 'paper.mp4');
    await writeFile(path, '%PDF-1.7\n1 0 obj\n<<>>\nendobj');
    expect(await refusal(path)).toBe('MediaRejected: This is a PDF, not a video or picture.');
  });

  it('is refused when only its first bytes are right', async () => {
    const path = join(clips.path, 'noise.mp4');
    await writeFile(
      path,
      Buffer.concat([Buffer.from('\0\0\0\x18ftypisom\0\0\x02\0isomiso2', 'latin1'), Buffer.alloc(5000, 7)]),
    );
    expect(await refusal(path)).toMatch(/^MediaRejected: The video is cut short: its index is missing\.$/);
  });

  it('is left alone when the caller has given up', async () => {
    const path = await clips.make('given-up.mp4');
    await expect(probeFile(path, { signal: AbortSignal.abort(new Error('given up')) })).rejects.toThrow('given up');
  });
});

describe('a picture', () => {
  const noise = () =>
    sharp({
      create: {
        width: 300,
        height: 200,
        channels: 3,
        background: 'black',
        noise: { type: 'gaussian', mean: 128, sigma: 50 },
      },
    });

  it('is described', async () => {
    const path = join(clips.path, 'a.png');
    await noise().png().toFile(path);
    expect(await probeFile(path)).toMatchObject({
      kind: 'image',
      container: 'png',
      width: 300,
      height: 200,
      durationMs: 0,
      videoCodec: null,
    });
  });

  it('that is turned by its EXIF data is measured as displayed', async () => {
    const path = join(clips.path, 'turned.jpg');
    await noise().jpeg().withMetadata({ orientation: 6 }).toFile(path);
    expect(await probeFile(path)).toMatchObject({ width: 200, height: 300, rotation: 90 });
  });

  it.each(['jpeg', 'png', 'webp'] as const)('is refused as a %s that is cut short', async (format) => {
    const bytes = await noise().toFormat(format).toBuffer();
    const path = join(clips.path, `cut.${format}`);
    await writeFile(path, bytes.subarray(0, bytes.length * 0.6));
    expect(await refusal(path)).toMatch(/^MediaRejected: The \w+ picture is cut short or damaged\.$/);
  });
});
