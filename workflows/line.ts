import type { PageItem } from '../contracts/orchestration.ts';
import { hall } from './policies.ts';

const PAGE = 200;

/** The account tasks that have not ended, in their order, as the ledger gives them out page by page. */
export function createLine(taskId: string, from: number) {
  let page: PageItem[] = [];
  let cursor = from;
  let rewinds = 0;
  let exhausted = false;

  /** The next account task that is to be taken; those passed over have left the line, one that stays ends the search. */
  async function next(choose: (item: PageItem) => 'take' | 'pass' | 'stay'): Promise<PageItem | undefined> {
    for (;;) {
      const item = page[0];
      if (item) {
        const choice = choose(item);
        if (choice === 'stay') return undefined;
        page.shift();
        if (choice === 'take') return item;
        continue;
      }
      if (exhausted) return undefined;
      const rewindsBefore = rewinds;
      const read = await hall.nextPage({ taskId, fromOrdinal: cursor, limit: PAGE });
      if (rewinds !== rewindsBefore) continue;
      page = read;
      const last = read.at(-1);
      if (last) cursor = last.ordinal + 1;
      else exhausted = true;
    }
  }

  return {
    next,

    /** Begins anew at the first account task: some that had ended stand in the line again. */
    rewind(): void {
      page = [];
      cursor = 0;
      rewinds += 1;
      exhausted = false;
    },

    /** Nothing comes any more. */
    close(): void {
      exhausted = true;
      page = [];
    },

    isOver: () => exhausted,
    /** Everything below it has been given out. */
    place: () => page[0]?.ordinal ?? cursor,
  };
}

export type Line = ReturnType<typeof createLine>;
