import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunOptions } from './ffmpeg.ts';
import { FfmpegError, runFfmpeg } from './ffmpeg.ts';
import { sizeOf } from './hashed.ts';
import { createTempFolder } from './temp.ts';

/** A video made from nothing but ffmpeg's own sources, for trying the product out and for tests. */
export interface SampleVideo {
  path: string;
  title: string;
  width: number;
  height: number;
  durationMs: number;
}

interface Scene {
  title: string;
  seconds: number;
  /** A filter chain without inputs, ending in pictures of 540 x 960 at 30 frames a second. */
  picture: string;
  sound: string;
}

const WIDTH = 540;
const HEIGHT = 960;
const SIZE = `${WIDTH}x${HEIGHT}`;

/** Raised when a scene changes, so that an older file is not taken for the new one. */
const SAMPLES_VERSION = 1;

const chord = (frequencies: readonly number[], swell: number) =>
  `aevalsrc='(${frequencies.map((hertz) => `sin(2*PI*${hertz}*t)`).join('+')})*0.08*(1+sin(2*PI*${swell}*t))':s=48000`;

/** Computed at a sixth of the size and stretched: smooth, and quick to make. */
const plasma = (red: number, green: number, blue: number) =>
  [
    `nullsrc=s=90x160:r=30,geq=r='128+100*sin(X/${red}+T*2)*cos(Y/31-T)'`,
    `g='110+80*sin((X+Y)/${green}-T*1.5)'`,
    `b='150+100*cos(Y/${blue}+T*2.2)*sin(X/40+T)',scale=${WIDTH}:${HEIGHT}:flags=bicubic`,
  ].join(':');

const SCENES: readonly Scene[] = [
  { title: 'Waves', seconds: 8, picture: plasma(17, 23, 19), sound: chord([220, 277.18, 329.63], 0.5) },
  {
    title: 'Deep dive',
    seconds: 7,
    picture: `mandelbrot=s=270x480:r=30:maxiter=400:start_scale=2.2:end_scale=0.002:end_pts=210:inner=black,scale=${WIDTH}:${HEIGHT}:flags=bicubic`,
    sound: chord([110, 164.81, 246.94], 0.25),
  },
  {
    title: 'Life',
    seconds: 10,
    picture: `life=s=90x160:r=15:ratio=0.16:random_seed=11:mold=20:life_color=0x58d6c9:death_color=0x10203f:mold_color=0xf28f3b,scale=${WIDTH}:${HEIGHT}:flags=neighbor,fps=30`,
    sound: chord([196, 293.66, 392, 493.88], 1),
  },
  {
    title: 'Test card',
    seconds: 6,
    picture: `testsrc2=s=${SIZE}:r=30`,
    sound: 'sine=frequency=440:beep_factor=3:r=48000',
  },
  {
    title: 'Weave',
    seconds: 9,
    picture: `cellauto=s=135x240:r=30:rule=110:random_seed=5:scroll=1,format=rgb24,lutrgb=r=40+val*0.8:g=30+val*0.55:b=90+val*0.3,scale=${WIDTH}:${HEIGHT}:flags=neighbor`,
    sound: chord([146.83, 220, 349.23], 2),
  },
  { title: 'Ember', seconds: 5, picture: plasma(9, 41, 60), sound: chord([130.81, 196, 311.13], 0.75) },
];

const FONTS = [
  '/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf',
  '/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf',
  '/usr/share/fonts/dejavu-sans-fonts/DejaVuSans-Bold.ttf',
  '/usr/share/fonts/TTF/DejaVuSans-Bold.ttf',
  '/System/Library/Fonts/Supplemental/Arial Bold.ttf',
];

const ENCODING = [
  ...[
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-crf',
    '23',
    '-maxrate',
    '4M',
    '-bufsize',
    '4M',
    '-pix_fmt',
    'yuv420p',
    '-threads',
    '4',
  ],
  ...['-c:a', 'aac', '-b:a', '128k', '-ac', '2', '-movflags', '+faststart'],
  ...['-map_metadata', '-1', '-fflags', '+bitexact', '-flags', '+bitexact'],
];

/** Scenes repeat in other colours when more are asked for than there are. */
function sceneAt(index: number): Scene {
  const scene = SCENES[index % SCENES.length] as Scene;
  const round = Math.floor(index / SCENES.length);
  if (round === 0) return scene;
  return { ...scene, title: `${scene.title} ${round + 1}`, picture: `${scene.picture},hue=h=${(round * 67) % 360}` };
}

function titleFilter(title: string): string | null {
  const font = FONTS.find((path) => existsSync(path));
  if (!font) return null;
  return `drawtext=fontfile='${font}':text='${title}':fontsize=56:fontcolor=white:borderw=4:bordercolor=black@0.6:x=(w-tw)/2:y=h*0.8`;
}

async function renderScene(scene: Scene, outputPath: string, title: string | null, options: RunOptions): Promise<void> {
  const pictures = [scene.picture, ...(title ? [title] : []), 'format=yuv420p'].join(',');
  await runFfmpeg(
    {
      inputs: [],
      outputOptions: [
        ...['-filter_complex', `${pictures}[picture];${scene.sound}[sound]`, '-map', '[picture]', '-map', '[sound]'],
        ...['-t', String(scene.seconds), ...ENCODING],
      ],
      outputPath,
    },
    { durationMs: scene.seconds * 1000, ...options },
  );
}

/** An ffmpeg without text drawing, or a font that it cannot read, still gives a sample, only without its title. */
async function renderTitled(scene: Scene, outputPath: string, options: RunOptions): Promise<void> {
  const title = titleFilter(scene.title);
  try {
    await renderScene(scene, outputPath, title, options);
  } catch (error) {
    if (title === null || !(error instanceof FfmpegError) || error.fault !== 'exit') throw error;
    await renderScene(scene, outputPath, null, options);
  }
}

/**
 * Renders sample videos: 540 x 960, 5 to 10 s, H.264 and AAC in a fast-start MP4, each with another moving picture,
 * sound and title. What is there already is not rendered again.
 * @throws FfmpegError, the signal's reason when aborted
 */
export async function renderSampleVideos(folder: string, count = 3, options: RunOptions = {}): Promise<SampleVideo[]> {
  await mkdir(folder, { recursive: true });
  const temp = createTempFolder(join(folder, 'tmp'));
  const samples: SampleVideo[] = [];
  for (let index = 0; index < count; index++) {
    const scene = sceneAt(index);
    const name = `${scene.title.toLowerCase().replaceAll(' ', '-')}-v${SAMPLES_VERSION}.mp4`;
    const path = join(folder, name);
    if ((await sizeOf(path)) === null) {
      await temp.use('.mp4', async (draft) => {
        await renderTitled(scene, draft, options);
        await rename(draft, path);
      });
    }
    samples.push({ path, title: scene.title, width: WIDTH, height: HEIGHT, durationMs: scene.seconds * 1000 });
  }
  return samples;
}

/** A video that no platform takes as it is: 3840 x 2160, 60 frames a second, MPEG-4 part 2 and FLAC in Matroska. */
export async function renderOddSample(folder: string, options: RunOptions = {}): Promise<SampleVideo> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `odd-v${SAMPLES_VERSION}.mkv`);
  const sample = { path, title: 'Odd', width: 3840, height: 2160, durationMs: 2000 };
  if ((await sizeOf(path)) !== null) return sample;
  await createTempFolder(join(folder, 'tmp')).use('.mkv', async (draft) => {
    const source = 'testsrc2=s=3840x2160:r=60,format=yuv420p[picture];sine=frequency=523:r=48000[sound]';
    const encoding = ['-c:v', 'mpeg4', '-q:v', '8', '-c:a', 'flac', '-t', '2'];
    await runFfmpeg(
      {
        inputs: [],
        outputOptions: ['-filter_complex', source, '-map', '[picture]', '-map', '[sound]', ...encoding],
        outputPath: draft,
      },
      options,
    );
    await rename(draft, path);
  });
  return sample;
}
