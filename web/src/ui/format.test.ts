import { formatBytes, formatDuration, formatLength, formatShare, titleOf } from './format.ts';

describe('the words for numbers', () => {
  it('say how long something takes, as exactly as it matters', () => {
    expect([420, 12_000, 185_000, 7_800_000, 273_600_000].map(formatDuration)).toEqual([
      '420 ms',
      '12 s',
      '3 min 05 s',
      '2 h 10 min',
      '3 d 4 h',
    ]);
  });

  it('never round to a full sixty', () => {
    expect([59_600, 3_599_700, 86_399_000].map(formatDuration)).toEqual(['1 min 00 s', '1 h 0 min', '1 d 0 h']);
  });

  it('say how large a file is', () => {
    expect([999, 1_500, 552_000, 3_200_000].map(formatBytes)).toEqual(['999 B', '1.5 kB', '552 kB', '3.2 MB']);
  });

  it('show the length of a video as players do', () => {
    expect([7_000, 65_000, 3_750_000].map(formatLength)).toEqual(['0:07', '1:05', '1:02:30']);
  });

  it('never round a share up to all, or down to nothing', () => {
    expect([0, 0.0014, 0.634, 0.9998, 1].map(formatShare)).toEqual(['0%', '<1%', '63%', '99%', '100%']);
  });

  it('make names of fields readable', () => {
    expect([titleOf('alreadyPosted'), titleOf('round-robin')]).toEqual(['Already posted', 'Round robin']);
  });
});
