import { Skeleton, Stack } from '@mantine/core';

const numbered = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

/** Placeholders stand as high as what takes their place, so that nothing jumps when it comes. */
const Bars = ({ count, height, gap = 'md' }: { count: number; height: number; gap?: string }) => (
  <Stack gap={gap} aria-hidden>
    {numbered(count).map((at) => (
      <Skeleton key={at} height={height} />
    ))}
  </Stack>
);

/** In place of a form or of pairs of names and values. */
export const FieldsSkeleton = ({ fields = 4 }: { fields?: number }) => <Bars count={fields} height={56} />;

/** In place of cards below one another; give the height of one. */
export const CardsSkeleton = ({ cards = 2, height }: { cards?: number; height: number }) => (
  <Bars count={cards} height={height} gap="sm" />
);

/** In place of a chart or a picture. */
export const BlockSkeleton = ({ height }: { height: number }) => <Skeleton height={height} aria-hidden />;
