import sharp from 'sharp';
import { detectBytes } from './detect.ts';

const sentence = async (bytes: string | Uint8Array) => {
  const detected = await detectBytes(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  return detected.kind === 'rejected' ? detected.sentence : `accepted as ${detected.kind}`;
};

describe('the first bytes of a file', () => {
  it.each(['png', 'jpeg', 'webp', 'gif', 'tiff'] as const)('tell a %s picture', async (format) => {
    const bytes = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } })
      .toFormat(format)
      .toBuffer();
    expect(await detectBytes(bytes)).toMatchObject({ kind: 'image' });
  });

  it('tell an MP4', async () => {
    const head = Buffer.from('\0\0\0\x18ftypisom\0\0\x02\0isomiso2', 'latin1');
    expect(await detectBytes(head)).toEqual({ kind: 'video', ext: 'mp4', mime: 'video/mp4' });
  });

  it.each([
    ['%PDF-1.7\n1 0 obj', 'This is a PDF, not a video or picture.'],
    [
      'PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0a',
      'This is a ZIP archive, not a video or picture.',
    ],
    ['MZ\x90\0\x03\0\0\0', 'This is a Windows program, not a video or picture.'],
    ['ID3\x04\0\0\0\0\0\0\xff\xfb\x90\0', 'This is an MP3 sound file, not a video or picture.'],
    ['<!doctype html><p>hello', 'This is a web page, not a video or picture.'],
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'This is an SVG drawing, not a video or picture.'],
    ['#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd', 'This is a text file, not a video or picture.'],
    ['\0\x01\x02\x03', 'This is not a video or picture of a known type, or it is damaged.'],
    ['', 'The file is empty.'],
  ])('tell what else it is (%#)', async (bytes, expected) => {
    expect(await sentence(bytes)).toBe(expected);
  });
});
