import type { FileHandle } from 'node:fs/promises';

/** Where one box lies in its file: the place of its content and of its end. */
interface Box {
  type: string;
  from: number;
  to: number;
}

/** Far more than any real file has; keeps a hostile one from being walked for ever. */
const MOST_BOXES = 10_000;

/** The boxes between two places (ISO/IEC 14496-12, section 4.2). */
async function* boxesIn(file: FileHandle, from: number, to: number): AsyncGenerator<Box> {
  const head = Buffer.alloc(16);
  for (let at = from, count = 0; at + 8 <= to && count < MOST_BOXES; count += 1) {
    const { bytesRead } = await file.read(head, 0, 16, at);
    if (bytesRead < 8) return;
    const short = head.readUInt32BE(0);
    const wide = short === 1 && bytesRead === 16;
    const size = wide ? Number(head.readBigUInt64BE(8)) : short === 0 ? to - at : short;
    const headBytes = wide ? 16 : 8;
    if (size < headBytes || at + size > to) return;
    yield { type: head.toString('latin1', 4, 8), from: at + headBytes, to: at + size };
    at += size;
  }
}

/** Width and height of a track as it is shown: its header's last eight bytes, 16.16, turned by its matrix. */
async function shownSize(file: FileHandle, header: Box): Promise<{ width: number; height: number } | null> {
  const bytes = Buffer.alloc(44);
  // The matrix of nine numbers, then width and height, end the box in each of its versions.
  const { bytesRead } = await file.read(bytes, 0, 44, header.to - 44);
  if (bytesRead < 44) return null;
  const [width, height] = [bytes.readUInt32BE(36) / 65_536, bytes.readUInt32BE(40) / 65_536].map(Math.round);
  if (!width || !height) return null;
  const turned = bytes.readInt32BE(0) === 0 && bytes.readInt32BE(4) !== 0;
  return turned ? { width: height, height: width } : { width, height };
}

/** The size of the first track that has one; null where the file is no MP4 film. @param bytes the file's size */
export async function filmSize(file: FileHandle, bytes: number): Promise<{ width: number; height: number } | null> {
  for await (const outer of boxesIn(file, 0, bytes)) {
    if (outer.type !== 'moov') continue;
    for await (const track of boxesIn(file, outer.from, outer.to)) {
      if (track.type !== 'trak') continue;
      for await (const box of boxesIn(file, track.from, track.to)) {
        const size = box.type === 'tkhd' ? await shownSize(file, box) : null;
        if (size) return size;
      }
    }
  }
  return null;
}
