import { type FileHandle, open } from 'node:fs/promises';

export interface MediaType {
  kind: 'video' | 'image';
  extension: 'mp4' | 'mov' | 'webm' | 'jpg' | 'png';
}

/**
 * Says what a file is by its bytes, or null when it is none of the accepted types or is cut off. Only containers are
 * walked, pictures are not decoded.
 */
export async function inspectMedia(path: string): Promise<MediaType | null> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const head = await readAt(file, 0, Math.min(size, 4096));
    if (head.length < 16) return null;
    if (head.toString('latin1', 4, 8) === 'ftyp') return await inspectIsoMedia(file, size, head);
    if (head.readUInt32BE(0) === 0x1a45dfa3)
      return isWholeWebm(head, size) ? { kind: 'video', extension: 'webm' } : null;
    if (head.readUIntBE(0, 3) === 0xffd8ff) {
      return (await isWholeJpeg(file, size)) ? { kind: 'image', extension: 'jpg' } : null;
    }
    if (head.toString('latin1', 0, 8) === '\x89PNG\r\n\x1a\n') {
      return (await isWholePng(file, size)) ? { kind: 'image', extension: 'png' } : null;
    }
    return null;
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** ISO/IEC 14496-12: boxes follow one another to the exact end; a film has `moov` with a video track, and `mdat`. */
async function inspectIsoMedia(file: FileHandle, size: number, head: Buffer): Promise<MediaType | null> {
  let hasVideoTrack = false;
  let hasData = false;
  let position = 0;
  while (position < size) {
    const header = await readAt(file, position, 16);
    if (header.length < 8) return null;
    const type = header.toString('latin1', 4, 8);
    const declared = header.readUInt32BE(0);
    let boxBytes = declared;
    if (declared === 0) boxBytes = size - position;
    if (declared === 1) boxBytes = header.length < 16 ? 0 : Number(header.readBigUInt64BE(8));
    if (boxBytes < 8 || position + boxBytes > size) return null;
    if (type === 'mdat') hasData = true;
    if (type === 'moov') hasVideoTrack = (await readAt(file, position, boxBytes)).includes('vide', 0, 'latin1');
    position += boxBytes;
  }
  if (!hasVideoTrack || !hasData) return null;
  return { kind: 'video', extension: head.toString('latin1', 8, 12) === 'qt  ' ? 'mov' : 'mp4' };
}

/** Matroska: an EBML header with document type `webm`, then one Segment that must fit into the file. */
function isWholeWebm(head: Buffer, size: number): boolean {
  const segment = head.indexOf(Buffer.from([0x18, 0x53, 0x80, 0x67]));
  if (segment === -1 || !head.subarray(0, segment).includes('webm')) return false;
  const first = head[segment + 4];
  if (first === undefined || first === 0) return false;
  const lengthBytes = Math.clz32(first) - 23;
  if (segment + 4 + lengthBytes > head.length) return false;
  let segmentBytes = BigInt(first & (0xff >> lengthBytes));
  for (const byte of head.subarray(segment + 5, segment + 4 + lengthBytes)) {
    segmentBytes = (segmentBytes << 8n) | BigInt(byte);
  }
  // All ones means a live recording without a known end.
  if (segmentBytes === (1n << BigInt(7 * lengthBytes)) - 1n) return true;
  return BigInt(segment + 4 + lengthBytes) + segmentBytes <= BigInt(size);
}

/** A JPEG has a start-of-scan marker and ends with end-of-image; some cameras pad it with zeros. */
async function isWholeJpeg(file: FileHandle, size: number): Promise<boolean> {
  const tail = await readAt(file, Math.max(0, size - 4096), 4096);
  let end = tail.length;
  while (end > 0 && tail[end - 1] === 0) end -= 1;
  if (end < 2 || tail.readUInt16BE(end - 2) !== 0xffd9) return false;
  const head = await readAt(file, 0, Math.min(size, 1_048_576));
  return head.includes(Buffer.from([0xff, 0xda]));
}

/** PNG chunks follow one another until IEND, which ends the file. */
async function isWholePng(file: FileHandle, size: number): Promise<boolean> {
  let position = 8;
  while (position + 12 <= size) {
    const header = await readAt(file, position, 8);
    position += 12 + header.readUInt32BE(0);
    if (header.toString('latin1', 4, 8) === 'IEND') return position <= size;
  }
  return false;
}
