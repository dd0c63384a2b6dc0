export const AUDIO_KBPS = 128;
export const LEAN_AUDIO_KBPS = 64;
/** Below this total the sound gets the leaner rate, kbit/s. */
export const LEAN_BELOW_KBPS = 800;
/** The container's own share, kbit/s: about 12 bytes a frame and a sound packet, generously. */
export const MUX_KBPS = 16;
/** Below this no picture worth posting is left, kbit/s. */
export const LEAST_VIDEO_KBPS = 100;
export const MOST_VIDEO_KBPS = 20_000;

/**
 * The highest video bit rate with which the file stays under `maxBytes`, kbit/s. The encoder's buffer of one second may
 * be spent on top of the mean rate (H.264 annex C), hence the second more; 3 % are kept in reserve.
 */
export function rateToFit(maxBytes: number, durationMs: number, audioKbps: number): number {
  const durationS = durationMs / 1000;
  const kilobits = (maxBytes * 8 * 0.97) / 1000 - (audioKbps + MUX_KBPS) * durationS;
  return Math.floor(kilobits / (durationS + 1));
}

/** Metadata and encoder names differ between runs and say where a file was made: none is kept. */
export const CLEAN = [
  '-map_metadata',
  '-1',
  '-map_chapters',
  '-1',
  '-fflags',
  '+bitexact',
  '-flags',
  '+bitexact',
  '-sn',
  '-dn',
];
