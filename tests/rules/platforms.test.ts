import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { platformProfiles } from '../../activities/platforms/profiles.ts';
import { kindList } from '../../kinds/index.ts';

const DOCUMENT = join(__dirname, '..', '..', 'docs', 'platforms.md');
const platforms = Object.values(platformProfiles);

/** The rows of the one table whose first column says `heading`, without the line below the head. */
function tableUnder(heading: string): string[][] {
  const lines = readFileSync(DOCUMENT, 'utf8').split('\n');
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  const start = lines.findIndex((line) => cells(line)[0] === heading);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines
    .slice(start, end)
    .map(cells)
    .filter((_, index) => index !== 1);
}

describe('the document of platforms', () => {
  it('says of every kind which platforms can do it, as the door does', () => {
    expect(tableUnder('kind')).toEqual([
      ['kind', ...platforms.map(({ title }) => title)],
      ...kindList.map(({ name, needs }) => [
        `\`${name}\``,
        ...platforms.map(({ capabilities }) => (needs.every((need) => capabilities.includes(need)) ? 'yes' : '–')),
      ]),
    ]);
  });

  it('says of every platform how it is spoken to and what it takes', () => {
    expect(tableUnder('platform')).toEqual([
      ['platform', 'name', 'spoken to by', 'caption', 'video', 'image', 'bio'],
      ...platforms.map(({ title, name, transport, limits: { captionMaxChars, video, image, bioMaxChars } }) => [
        title,
        `\`${name}\``,
        transport === 'api' ? 'API' : 'pages',
        `${captionMaxChars}`,
        `${Math.round(video.maxBytes / 1e6)} MB, ${video.maxDurationMs / 1_000} s`,
        `${Math.round(image.maxBytes / 1e6)} MB`,
        `${bioMaxChars}`,
      ]),
    ]);
  });
});
