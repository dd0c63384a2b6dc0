import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';

const MP4_LIKE = new Set(['mp4', 'm4v', 'mov', '3gp', '3g2']);

/** The outer boxes of ISO/IEC 14496-12 and QuickTime; anything else at the end of a file is taken for appended junk. */
const KNOWN = new Set(
  'ftyp moov mdat moof free skip wide uuid sidx styp mfra meta pdin udta pnot emsg prft'.split(' '),
);

/** Far more than any real file has; keeps a hostile one from being walked forever. */
const MOST_BOXES = 100_000;

/** Where the last outer box ends (ISO/IEC 14496-12, 4.2). A few short reads, whatever the file's size. */
async function endOfBoxes(file: FileHandle, fileBytes: number): Promise<number> {
  const header = Buffer.alloc(16);
  let offset = 0;
  for (let count = 0; count < MOST_BOXES && offset + 8 <= fileBytes; count++) {
    const { bytesRead } = await file.read(header, 0, 16, offset);
    if (!KNOWN.has(header.toString('latin1', 4, 8))) break;
    const size32 = header.readUInt32BE(0);
    const wide = size32 === 1 && bytesRead === 16;
    const size = wide ? Number(header.readBigUInt64BE(8)) : size32;
    // 0 means "to the end of the file", and less than its own header is nonsense: neither promises anything.
    if (size < (wide ? 16 : 8)) break;
    offset += size;
  }
  return offset;
}

/** Where the RIFF chunk of an AVI ends (Microsoft RIFF: a little-endian size after the first four bytes). */
async function endOfRiff(file: FileHandle): Promise<number> {
  const header = Buffer.alloc(8);
  const { bytesRead } = await file.read(header, 0, 8, 0);
  return bytesRead === 8 ? header.readUInt32LE(4) + 8 : 0;
}

/**
 * How many bytes a file's outer structure promises beyond its real end; 0 for a whole file and for containers that
 * promise nothing. It finds a cut that the index alone, read first in a fast-start file, does not show.
 * @param ext the container as its first bytes tell, e.g. `mp4`
 */
export async function countMissingBytes(path: string, ext: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (MP4_LIKE.has(ext)) return Math.max(0, (await endOfBoxes(file, size)) - size);
    if (ext === 'avi') return Math.max(0, (await endOfRiff(file)) - size);
    return 0;
  } finally {
    await file.close();
  }
}
