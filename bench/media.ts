import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeRenditions } from '../activities/media/compose.ts';
import { runFfmpeg } from '../activities/media/ffmpeg.ts';
import type { GraphPlan } from '../activities/media/graph-plan.ts';
import type { RenderPlan, RenditionPlan } from '../activities/media/plan.ts';
import { planRendition } from '../activities/media/plan.ts';
import { probeFile } from '../activities/media/probe.ts';
import { renderRendition } from '../activities/media/render.ts';
import { mediaTools } from '../activities/media/tools.ts';
import type { Recipe } from '../contracts/media.ts';
import type { VideoLimits } from '../contracts/platform.ts';

/**
 * What rendering costs against the bare ffmpeg command lines that do the same work, in turns, in one run:
 *
 * - a plain rendition for a platform against one command line;
 * - one rendition for an account, measured by SSIM, against one command line that renders and one that measures;
 * - three renditions by one decode against three times those two, one after the other.
 *
 *   npx tsx bench/media.ts [rounds, default 3]
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
const SECONDS = 8;
const SOURCE = { width: 1920, height: 1080 };

const own = (n: number): Recipe => ({
  aspect: '9:16',
  fit: 'crop',
  maxHeight: 1280,
  cropPercent: [n, n],
  brightness: [n / 100, n / 100],
  saturation: [1 + n / 50, 1 + n / 50],
  speed: [1 + n / 100, 1 + n / 100],
  mark: `bench/${n}`,
});

function ffmpeg(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { stdio: ['ignore', 'ignore', 'inherit'] as const };
    const child = spawn(mediaTools().ffmpegPath, ['-nostdin', '-v', 'error', '-y', ...args], {
      stdio: [...options.stdio],
    });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`ffmpeg ended with code ${code}`))));
  });
}

function bareRender(sourcePath: string, plan: RenderPlan, outputPath: string): Promise<void> {
  return ffmpeg([...plan.inputOptions, '-i', sourcePath, ...plan.outputOptions, outputPath]);
}

/** The recipe as a person would write it on a command line, without anything of ours. */
function plainFilters({ timing, output, keeps, frame, colour }: GraphPlan): { geometry: string; look: string } {
  const { picture, width, height } = frame;
  const geometry = [
    `setpts=PTS/${timing.speed}`,
    `fps=${output.frameRate}`,
    `crop=iw*${(keeps * width) / picture.width}:ih*${(keeps * height) / picture.height}`,
    `scale=${width}:${height}`,
    'setsar=1',
    'format=yuv420p',
  ].join(',');
  return { geometry, look: colour.join(',') };
}

async function bareOwn(sourcePath: string, plan: GraphPlan, outputPath: string): Promise<void> {
  const { geometry, look } = plainFilters(plan);
  await ffmpeg([
    ...['-i', sourcePath, '-vf', `${geometry},${look}`, '-af', `atempo=${plan.timing.speed}`],
    ...[...plan.encoding, ...(plan.sound?.options ?? []), ...plan.container.options, outputPath],
  ]);
}

async function bareSsim(sourcePath: string, plan: GraphPlan, outputPath: string): Promise<void> {
  const graph = `[0:v]${plainFilters(plan).geometry}[s];[1:v]setpts=PTS-STARTPTS[r];[r][s]ssim`;
  await ffmpeg(['-i', sourcePath, '-i', outputPath, '-filter_complex', graph, '-an', '-f', 'null', '-']);
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

function expectAction<Action extends RenditionPlan['action']>(plan: RenditionPlan, action: Action) {
  if (plan.action !== action) throw new Error(`Expected ${action}, got ${plan.action}.`);
  return plan as Extract<RenditionPlan, { action: Action }>;
}

type Columns = Record<string, number[]>;

function note(columns: Columns, name: string, ms: number): void {
  const column = columns[name] ?? [];
  columns[name] = column;
  column.push(ms);
}

async function main(): Promise<void> {
  const rounds = Number(process.argv[2] ?? 3);
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-bench-media-'));
  const columns: Columns = {};
  try {
    const sourcePath = join(folder, 'source.mp4');
    await runFfmpeg({
      inputs: [],
      outputOptions: [
        ...['-filter_complex', `testsrc2=s=${SOURCE.width}x${SOURCE.height}:r=30[p];sine=f=330:r=48000[s]`],
        ...['-map', '[p]', '-map', '[s]', '-t', String(SECONDS), '-pix_fmt', 'yuv420p'],
        ...['-c:v', 'libx264', '-preset', 'veryfast', '-b:v', '12M', '-c:a', 'aac'],
      ],
      outputPath: sourcePath,
    });
    const probe = await probeFile(sourcePath);
    const plain = expectAction(planRendition(probe, limits, { aspect: '1:1', fit: 'pad' }), 'render');
    const plans = [1, 2, 3].map((n) => expectAction(planRendition(probe, limits, own(n)), 'compose'));
    const [first] = plans;
    if (!first) throw new Error('No plan.');
    const { width, height } = first.output;
    console.log(`${SECONDS} s of ${SOURCE.width} x ${SOURCE.height}; own renditions of ${width} x ${height}`);

    const compose = (wanted: readonly GraphPlan[], outFolder: string) =>
      composeRenditions({
        ...{ sourcePath, sourceDurationMs: probe.durationMs, plans: wanted, outFolder },
        findLogo: () => Promise.reject(new Error('There is no logo.')),
      });
    for (let round = 0; round < rounds; round++) {
      const out = (name: string) => join(folder, `${name}-${round}`);
      note(columns, 'plain, ffmpeg', await timed(() => bareRender(sourcePath, plain, `${out('plain')}.mp4`)));
      const request = { sourcePath, plan: plain, outFolder: out('plain') };
      note(columns, 'plain, ours', await timed(() => renderRendition(request)));
      note(columns, 'again, ours', await timed(() => renderRendition(request)));

      let renderMs = 0;
      let ssimMs = 0;
      for (const [index, plan] of plans.entries()) {
        const path = `${out(`bare-${index}`)}.mp4`;
        const [oneRender, oneSsim] = [
          await timed(() => bareOwn(sourcePath, plan, path)),
          await timed(() => bareSsim(sourcePath, plan, path)),
        ];
        if (index === 0) {
          note(columns, 'one, ffmpeg rendering', oneRender);
          note(columns, 'one, ffmpeg rendering and measuring', oneRender + oneSsim);
        }
        renderMs += oneRender;
        ssimMs += oneSsim;
      }
      note(columns, 'three, ffmpeg rendering', renderMs);
      note(columns, 'three, ffmpeg rendering and measuring', renderMs + ssimMs);
      note(columns, 'one, ours', await timed(() => compose([first], out('one'))));
      note(columns, 'three, ours', await timed(() => compose(plans, out('three'))));
      console.log(`round ${round + 1} of ${rounds}`);
    }

    for (const [name, values] of Object.entries(columns)) console.log(`${name}: ${median(values).toFixed(0)} ms`);
    const ratio = (ours: string, theirs: string) =>
      (median(columns[ours] ?? []) / median(columns[theirs] ?? [])).toFixed(3);
    console.log(`plain rendition, ratio: ${ratio('plain, ours', 'plain, ffmpeg')}`);
    for (const [name, bar] of [
      ['one', '1.1'],
      ['three', '0.7'],
    ] as const) {
      const same = ratio(`${name}, ours`, `${name}, ffmpeg rendering and measuring`);
      const rendering = ratio(`${name}, ours`, `${name}, ffmpeg rendering`);
      console.log(
        `${name} for an account, ratio: ${same} (bar ${bar}); against rendering without measuring: ${rendering}`,
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
