import { hashSeed } from './template.ts';

export const ASSIGNMENTS = ['round-robin', 'all', 'shuffle'] as const;
export type Assignment = (typeof ASSIGNMENTS)[number];

/**
 * Which of `items` the account at place `index` gets, `perAccount` of them.
 *
 * - `round-robin`: the next ones in turn, so that all items are used equally often.
 * - `all`: every item, whatever `perAccount` says.
 * - `shuffle`: drawn without repetition by the seed; the same seed always draws the same.
 *
 * Never gives one account the same item twice: an account gets fewer when there are fewer items.
 */
export function assign<T>(
  items: readonly T[],
  assignment: Assignment,
  perAccount: number,
  index: number,
  seed: string,
): T[] {
  if (assignment === 'all') return [...items];
  const wanted = Math.min(perAccount, items.length);
  if (assignment === 'round-robin') {
    return Array.from({ length: wanted }, (_, i) => items[(index * wanted + i) % items.length]).filter(
      (item): item is T => item !== undefined,
    );
  }
  return items
    .map((item, place) => ({ item, order: hashSeed(`${seed}/${place}`) }))
    .sort((a, b) => a.order - b.order)
    .slice(0, wanted)
    .map(({ item }) => item);
}
