const UNITS = [
  ['s', 1_000],
  ['minutes', 60_000],
  ['hours', 3_600_000],
  ['days', 86_400_000],
] as const;

/** A length of time for people, in the largest unit of which it has at least two. @param ms milliseconds */
export function lengthWords(ms: number): string {
  const [unit, size] = UNITS.findLast(([, each]) => ms >= 2 * each) ?? UNITS[0];
  return `${Math.round(ms / size)} ${unit}`;
}

/** The milliseconds of what {@link lengthWords} wrote; undefined for anything else. */
export function lengthIn(text: string): number | undefined {
  const [, amount, unit] = /^(\d+) (s|minute|hour|day)s?$/.exec(text) ?? [];
  const size = UNITS.find(([name]) => name === unit || name === `${unit}s`)?.[1];
  return size && Number(amount) * size;
}
