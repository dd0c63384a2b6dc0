import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RenderPlan } from '../activities/media/plan.ts';
import { planRendition } from '../activities/media/plan.ts';
import { probeFile } from '../activities/media/probe.ts';
import { renderRendition } from '../activities/media/render.ts';
import { renderSampleVideos } from '../activities/media/samples.ts';
import { mediaTools } from '../activities/media/tools.ts';
import type { Recipe } from '../contracts/media.ts';
import type { VideoLimits } from '../contracts/platform.ts';

/**
 * What rendering costs on top of ffmpeg itself: wall time of `renderRendition` (progress, probe of the result, hash,
 * rename) against the bare command line with the same options, in turns, in one run.
 *
 *   npx tsx bench/media.ts [rounds, default 5]
 */
const limits: VideoLimits = {
  maxBytes: 100 * 1024 ** 2,
  minDurationMs: 1000,
  maxDurationMs: 180_000,
  maxWidth: 1080,
  maxHeight: 1920,
  maxFrameRate: 30,
  videoCodecs: ['h264'],
  audioCodecs: ['aac'],
  containers: ['mp4'],
};
const recipe: Recipe = { aspect: '1:1', fit: 'pad' };

function bareFfmpeg(sourcePath: string, plan: RenderPlan, outputPath: string): Promise<void> {
  const args = [
    '-nostdin',
    '-v',
    'error',
    '-y',
    ...plan.inputOptions,
    '-i',
    sourcePath,
    ...plan.outputOptions,
    outputPath,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(mediaTools().ffmpegPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`ffmpeg ended with code ${code}`))));
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

async function main(): Promise<void> {
  const rounds = Number(process.argv[2] ?? 5);
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-bench-media-'));
  try {
    const [sample] = await renderSampleVideos(join(folder, 'samples'), 1);
    if (!sample) throw new Error('No sample video.');
    const sourcePath = sample.path;
    const plan = planRendition(await probeFile(sourcePath), limits, recipe);
    if (plan.action !== 'render') throw new Error(`Expected a render, got ${plan.action}.`);
    console.log(`${sample.durationMs / 1000} s of 540 x 960 padded to ${plan.output.width} x ${plan.output.height}`);

    const bare: number[] = [];
    const ours: number[] = [];
    const again: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const outFolder = join(folder, `out-${round}`);
      bare.push(await timed(() => bareFfmpeg(sourcePath, plan, join(folder, `bare-${round}.mp4`))));
      ours.push(await timed(() => renderRendition({ sourcePath, plan, outFolder })));
      again.push(await timed(() => renderRendition({ sourcePath, plan, outFolder })));
      console.log(`round ${round + 1}: ffmpeg ${bare.at(-1)?.toFixed(0)} ms, rendition ${ours.at(-1)?.toFixed(0)} ms`);
    }
    const ratio = median(ours) / median(bare);
    console.log(`median: ffmpeg ${median(bare).toFixed(0)} ms, rendition ${median(ours).toFixed(0)} ms`);
    console.log(`ratio: ${ratio.toFixed(3)}; the same rendition once more: ${median(again).toFixed(1)} ms`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
