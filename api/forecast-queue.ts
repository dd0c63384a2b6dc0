/** What waits, by the time at which it is ready: a binary heap. */
export function createQueue<Item extends { readyAt: number }>() {
  const heap: Item[] = [];
  const isBefore = (a: number, b: number) =>
    (heap[a]?.readyAt ?? Number.POSITIVE_INFINITY) < (heap[b]?.readyAt ?? Number.POSITIVE_INFINITY);
  const swap = (a: number, b: number) => {
    [heap[a], heap[b]] = [heap[b] as Item, heap[a] as Item];
  };
  return {
    push(item: Item): void {
      heap.push(item);
      for (let at = heap.length - 1; at > 0; ) {
        const parent = (at - 1) >> 1;
        if (!isBefore(at, parent)) return;
        swap(at, parent);
        at = parent;
      }
    },
    pop(): Item | undefined {
      const first = heap[0];
      const last = heap.pop();
      if (last && heap.length > 0) {
        heap[0] = last;
        for (let at = 0; ; ) {
          const left = 2 * at + 1;
          const child = isBefore(left + 1, left) ? left + 1 : left;
          if (!isBefore(child, at)) break;
          swap(at, child);
          at = child;
        }
      }
      return first;
    },
  };
}
