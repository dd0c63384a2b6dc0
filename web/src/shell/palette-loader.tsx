import { lazy, Suspense, useRef } from 'react';
import { useOpen } from './shortcuts.ts';

export const MOD = /mac|iphone|ipad/i.test(navigator.userAgent) ? '⌘' : 'Ctrl';

const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }));

/** The palette is read when it is first asked for. */
export function CommandPalette() {
  const wanted = useOpen() === 'palette';
  const ever = useRef(false);
  if (wanted) ever.current = true;
  if (!ever.current) return null;
  return (
    <Suspense fallback={null}>
      <Palette opened={wanted} />
    </Suspense>
  );
}
