import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { runFfmpeg } from './ffmpeg.ts';
import type { ClipFolder } from './fixtures.ts';
import { createClipFolder } from './fixtures.ts';
import { probeFile } from './probe.ts';
import { makeThumbnail } from './thumbnail.ts';

let clips: ClipFolder;
beforeAll(async () => {
  clips = await createClipFolder();
});
afterAll(() => clips.remove());

async function thumbnailOf(sourcePath: string, name: string) {
  return await makeThumbnail({
    sourcePath,
    probe: await probeFile(sourcePath),
    outPath: join(clips.path, 'thumbs', name),
  });
}

describe('a thumbnail', () => {
  it('of a video is a JPEG of at most 480 pixels a side', async () => {
    const thumbnail = await thumbnailOf(await clips.make('tall.mp4', { size: '540x960' }), 'tall.jpg');
    expect(thumbnail).toMatchObject({ width: 270, height: 480 });
    expect((await sharp(thumbnail.path).metadata()).format).toBe('jpeg');
    expect(await readdir(join(clips.path, 'thumbs', 'tmp'))).toEqual([]);
  });

  it('of a small video is not blown up', async () => {
    expect(await thumbnailOf(await clips.make('small.mp4'), 'small.jpg')).toMatchObject({ width: 160, height: 120 });
  });

  it('of a single frame is that frame', async () => {
    const path = await clips.make('frame.mp4', { seconds: 0.04, sound: 'none' });
    expect(await thumbnailOf(path, 'frame.jpg')).toMatchObject({ width: 160, height: 120 });
  });

  it('looks past a black beginning', async () => {
    const path = join(clips.path, 'fade.mp4');
    await runFfmpeg({
      inputs: [],
      outputOptions: [
        '-filter_complex',
        "color=white:s=160x120,geq=lum='if(lt(T,0.2),16,235)':cb=128:cr=128[p]",
        '-map',
        '[p]',
        '-t',
        '4',
      ],
      outputPath: path,
    });
    const { channels } = await sharp((await thumbnailOf(path, 'fade.jpg')).path).stats();
    expect(channels[0]!.mean).toBeGreaterThan(200);
  });

  it('of a turned video stands upright', async () => {
    const source = await clips.make('lying.mp4', { size: '960x540' });
    const path = join(clips.path, 'turned.mp4');
    await runFfmpeg({
      inputs: [{ source }],
      outputOptions: ['-c', 'copy', '-metadata:s:v:0', 'rotate=90'],
      outputPath: path,
    });
    expect(await thumbnailOf(path, 'turned.jpg')).toMatchObject({ width: 270, height: 480 });
  });

  it('of a picture is the picture, upright', async () => {
    const path = join(clips.path, 'picture.jpg');
    await sharp({ create: { width: 1000, height: 500, channels: 3, background: 'teal' } })
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toFile(path);
    expect(await thumbnailOf(path, 'picture.jpg')).toMatchObject({ width: 240, height: 480 });
  });
});
