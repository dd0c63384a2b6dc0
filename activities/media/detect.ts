import { open } from 'node:fs/promises';
import { fileTypeFromBuffer } from 'file-type/core';
import { say } from '../../contracts/said.ts';

export type Detected = { kind: 'video' | 'image'; ext: string; mime: string } | { kind: 'rejected'; sentence: string };

/** Enough for every magic number; formats that need more than this are not video or picture formats. */
const HEAD_BYTES = 64 * 1024;

/** Formats that the detector files under another name than video or image, and that hold pictures in motion. */
const VIDEO_MIMES = new Set(['application/mp4', 'application/vnd.ms-asf', 'application/ogg']);

/** Types that a detector calls images and that no platform or decoder here takes as one. */
const NOT_PICTURES = new Set(['image/vnd.dwg', 'image/x-icon', 'image/icns']);

const NAMES: Readonly<Record<string, string>> = {
  pdf: 'a PDF',
  zip: 'a ZIP archive',
  rar: 'a RAR archive',
  '7z': 'a 7-Zip archive',
  gz: 'a gzip archive',
  tar: 'a TAR archive',
  docx: 'a Word document',
  xlsx: 'an Excel sheet',
  pptx: 'a PowerPoint presentation',
  mp3: 'an MP3 sound file',
  m4a: 'an M4A sound file',
  wav: 'a WAV sound file',
  flac: 'a FLAC sound file',
  ogg: 'an Ogg sound file',
  exe: 'a Windows program',
  elf: 'a Linux program',
  macho: 'a macOS program',
  xml: 'an XML document',
  sqlite: 'an SQLite database',
  ico: 'an icon',
  psd: 'a Photoshop document',
};

function reject(what: string): Detected {
  return { kind: 'rejected', sentence: say('media.is-other', { what }) };
}

function looksLikeText(head: Uint8Array): boolean {
  const sample = head.subarray(0, 1024);
  return sample.every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte !== 127));
}

function textOf(head: Uint8Array): string {
  return Buffer.from(head.subarray(0, 4096)).toString('utf8').trimStart().toLowerCase();
}

function nameUnknown(head: Uint8Array): Detected {
  if (!looksLikeText(head)) {
    return { kind: 'rejected', sentence: 'This is not a video or picture of a known type, or it is damaged.' };
  }
  const text = textOf(head);
  if (text.includes('<svg')) return reject('an SVG drawing');
  if (text.startsWith('<!doctype html') || text.startsWith('<html')) return reject('a web page');
  return reject('a text file');
}

/** The detector looks for a TIFF's directory, which may stand at the end of the file; four bytes are enough. */
function tiff(head: Uint8Array): { ext: string; mime: string } | undefined {
  const magic = Buffer.from(head.subarray(0, 4)).toString('latin1');
  return magic === 'II*\0' || magic === 'MM\0*' ? { ext: 'tif', mime: 'image/tiff' } : undefined;
}

/** What the first bytes of a file say it is, whatever its name. */
export async function detectBytes(head: Uint8Array): Promise<Detected> {
  if (head.length === 0) return { kind: 'rejected', sentence: 'The file is empty.' };
  const type = (await fileTypeFromBuffer(head)) ?? tiff(head);
  if (!type) return nameUnknown(head);
  const { ext, mime } = type;
  if (mime.startsWith('image/') && !NOT_PICTURES.has(mime)) return { kind: 'image', ext, mime };
  if (mime.startsWith('video/') || VIDEO_MIMES.has(mime)) return { kind: 'video', ext, mime };
  if (ext === 'xml' && textOf(head).includes('<svg')) return reject('an SVG drawing');
  return reject(NAMES[ext] ?? `a .${ext} file (${mime})`);
}

/** {@link detectBytes} of a file's first 64 KiB. */
export async function detectFile(path: string): Promise<Detected> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
    return await detectBytes(head.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}
