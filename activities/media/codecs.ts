import type { VideoLimits } from '../../contracts/platform.ts';

/** What can be made here, and what each container can hold. Names are ffprobe's for codecs, ffmpeg's for encoders. */

export interface Container {
  /** ffprobe's name, as platforms declare it. */
  name: string;
  extension: string;
  options: readonly string[];
  video: readonly string[];
  audio: readonly string[];
  /** Whether a copied stream keeps the note that players turn the picture. */
  keepsRotation: boolean;
}

const MP4_VIDEO = ['h264', 'hevc', 'av1', 'vp9', 'mpeg4'];
const MP4_AUDIO = ['aac', 'mp3', 'opus', 'ac3', 'alac'];
const MP4_OPTIONS = ['-movflags', '+faststart'];

/** In the order of preference. */
const CONTAINERS: readonly Container[] = [
  { name: 'mp4', extension: 'mp4', options: MP4_OPTIONS, video: MP4_VIDEO, audio: MP4_AUDIO, keepsRotation: true },
  {
    name: 'mov',
    extension: 'mov',
    options: MP4_OPTIONS,
    video: ['h264', 'hevc', 'mpeg4'],
    audio: ['aac', 'mp3', 'alac'],
    keepsRotation: true,
  },
  {
    name: 'webm',
    extension: 'webm',
    options: [],
    video: ['vp8', 'vp9', 'av1'],
    audio: ['opus', 'vorbis'],
    keepsRotation: false,
  },
  {
    name: 'matroska',
    extension: 'mkv',
    options: [],
    video: [...MP4_VIDEO, 'vp8'],
    audio: [...MP4_AUDIO, 'vorbis', 'flac'],
    keepsRotation: false,
  },
];

/** Threads are fixed, so that the same file and plan give the same bytes whatever else the machine does. */
const THREADS = ['-threads', '4'];

export interface Rate {
  /** Mean bit rate to aim at, kbit/s; null: as much as the picture needs, under `maxKbps`. */
  targetKbps: number | null;
  /** Never above, measured over one second, kbit/s. */
  maxKbps: number;
  /** Quality where there is no target, on the scale of H.264's CRF; each encoder has its own usual one. */
  crf?: number | undefined;
}

function vbv({ maxKbps }: Rate): string[] {
  return ['-maxrate', `${maxKbps}k`, '-bufsize', `${maxKbps}k`];
}

function rated(rate: Rate, quality: readonly string[]): string[] {
  return [...(rate.targetKbps === null ? quality : ['-b:v', `${rate.targetKbps}k`]), ...vbv(rate)];
}

/** Encoder options by codec. Speed goes before the last per cent of size: platforms encode once more anyway. */
const VIDEO_ENCODERS: Readonly<Record<string, (rate: Rate) => string[]>> = {
  h264: (rate) => [
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-profile:v',
    'high',
    ...THREADS,
    ...rated(rate, ['-crf', String(rate.crf ?? 21)]),
  ],
  hevc: (rate) => [
    ...['-c:v', 'libx265', '-preset', 'veryfast', '-tag:v', 'hvc1'],
    ...['-x265-params', 'log-level=error:frame-threads=1', ...rated(rate, ['-crf', String((rate.crf ?? 21) + 3)])],
  ],
  vp9: (rate) => [
    ...['-c:v', 'libvpx-vp9', '-deadline', 'good', '-cpu-used', '4', ...THREADS],
    ...(rate.crf === undefined ? [] : ['-crf', String(rate.crf + 10)]),
    ...['-b:v', `${rate.targetKbps ?? Math.min(rate.maxKbps, 4_000)}k`, ...vbv(rate)],
  ],
};

const AUDIO_ENCODERS: Readonly<Record<string, readonly string[]>> = {
  aac: ['-c:a', 'aac'],
  mp3: ['-c:a', 'libmp3lame'],
  opus: ['-c:a', 'libopus'],
};

export interface Target {
  container: Container;
  /** The codec that a new picture is encoded in, and its options. */
  video: { codec: string; encode: (rate: Rate) => string[] } | null;
  audio: { codec: string; options: readonly string[] } | null;
}

/**
 * The best container that the platform takes and that can hold something the platform takes; null where there is none.
 * `keep` names the source's codecs: a container that can hold those as they are goes first.
 */
export function chooseTarget(limits: VideoLimits, keep: { video: string; audio: string | null }): Target | null {
  const targets = CONTAINERS.filter(({ name }) => limits.containers.includes(name)).map((container): Target => {
    const video = limits.videoCodecs.find((codec) => container.video.includes(codec) && VIDEO_ENCODERS[codec]);
    const audio = limits.audioCodecs.find((codec) => container.audio.includes(codec) && AUDIO_ENCODERS[codec]);
    const encode = video === undefined ? undefined : VIDEO_ENCODERS[video];
    const options = audio === undefined ? undefined : AUDIO_ENCODERS[audio];
    return {
      container,
      video: video !== undefined && encode ? { codec: video, encode } : null,
      audio: audio !== undefined && options ? { codec: audio, options } : null,
    };
  });
  const holdsVideo = ({ container }: Target) =>
    limits.videoCodecs.includes(keep.video) && container.video.includes(keep.video);
  const holdsAudio = ({ container }: Target) =>
    keep.audio === null || (limits.audioCodecs.includes(keep.audio) && container.audio.includes(keep.audio));
  return (
    targets.find((target) => holdsVideo(target) && holdsAudio(target)) ??
    targets.find(holdsVideo) ??
    targets.find((target) => target.video !== null) ??
    null
  );
}
