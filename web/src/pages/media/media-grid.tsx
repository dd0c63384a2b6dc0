import { useElementSize } from '@mantine/hooks';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useLayoutEffect, useState } from 'react';
import type { Media } from '../../api/types.ts';
import classes from './media.module.css';

interface MediaGridProps {
  items: readonly Media[];
  onEnd(): void;
  children(item: Media): ReactNode;
}

const GAP = 16;
const LEAST_WIDTH = 160;
const HEIGHT = 248;

/** Tiles of media, any number: only the lines on the screen exist. */
export function MediaGrid({ items, onEnd, children }: MediaGridProps) {
  const { ref, width } = useElementSize<HTMLDivElement>();
  const [node, setNode] = useState<HTMLDivElement | null>(null);
  const [offset, setOffset] = useState(0);
  const columns = Math.max(2, Math.floor((width + GAP) / (LEAST_WIDTH + GAP)));
  const lines = Math.ceil(items.length / columns);

  const virtualizer = useWindowVirtualizer({
    count: lines,
    estimateSize: () => HEIGHT + GAP,
    overscan: 3,
    scrollMargin: offset,
  });

  useLayoutEffect(() => {
    if (!node) return undefined;
    const measure = (): void => setOffset(Math.round(node.getBoundingClientRect().top + window.scrollY));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [node]);

  const shown = virtualizer.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= lines - 3) onEnd();
  }, [last, lines, onEnd]);

  return (
    <div
      ref={(element) => {
        setNode(element);
        const clean = ref(element);
        return () => {
          setNode(null);
          clean?.();
        };
      }}
      className={classes.grid}
      style={{ height: virtualizer.getTotalSize() }}
    >
      {width > 0 &&
        shown.map((line) => (
          <div
            key={line.key}
            className={classes.line}
            style={{
              height: HEIGHT,
              gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
              transform: `translateY(${line.start - offset}px)`,
            }}
          >
            {items.slice(line.index * columns, (line.index + 1) * columns).map((item) => (
              <div key={item.id} style={{ minHeight: 0 }}>
                {children(item)}
              </div>
            ))}
          </div>
        ))}
    </div>
  );
}
