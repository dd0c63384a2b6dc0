import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findMediaTools } from './tools.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-tools-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function program(...parts: string[]): Promise<string> {
  const path = join(folder, ...parts);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '#!/bin/sh\n');
  await chmod(path, 0o755);
  return path;
}

const platform = `${process.platform}-${process.arch}`;

describe('looking for ffmpeg', () => {
  it('takes the path that is given before any other', async () => {
    const ffmpegPath = await program('mine', 'ffmpeg');
    const ffprobePath = await program('mine', 'ffprobe');
    const env = { FFMPEG_PATH: ffmpegPath, FFPROBE_PATH: ffprobePath, PATH: process.env.PATH };
    expect(findMediaTools(env, folder)).toEqual({ ffmpegPath, ffprobePath });
  });

  it('then looks on PATH, then in the packages of the tools folder', async () => {
    const ffmpegPath = await program('bin', 'ffmpeg');
    const ffprobePath = await program('node_modules', '@ffprobe-installer', platform, 'ffprobe');
    await program('node_modules', '@ffmpeg-installer', platform, 'ffmpeg');
    expect(findMediaTools({ PATH: join(folder, 'bin') }, folder)).toEqual({ ffmpegPath, ffprobePath });
  });

  it('says which variable is wrong', () => {
    const env = { FFMPEG_PATH: join(folder, 'nothing'), PATH: process.env.PATH };
    expect(() => findMediaTools(env, folder)).toThrow(
      /^FFMPEG_PATH names .*, which is not a program that can be run\.$/,
    );
  });

  it('says what to do when there is none', () => {
    expect(() => findMediaTools({ PATH: folder }, folder)).toThrow(
      /^ffmpeg was not found\. Install it, or set FFMPEG_PATH/,
    );
  });
});
