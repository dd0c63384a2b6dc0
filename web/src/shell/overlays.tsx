import { lazy, Suspense, useRef } from 'react';
import { useQuestion } from '../ui/confirm.ts';
import { useOpen } from './shortcuts.ts';

const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }));
const KeyboardHelp = lazy(async () => ({ default: (await import('./keyboard-help.tsx')).KeyboardHelp }));
const QuestionDialog = lazy(async () => ({ default: (await import('../ui/question-dialog.tsx')).QuestionDialog }));

/** Whether something was ever wanted: what opens stays, so that it can close in its own time. */
function useEver(wanted: boolean): boolean {
  const ever = useRef(false);
  if (wanted) ever.current = true;
  return ever.current;
}

/** What lies above every page; each is read when it is first asked for. */
export function Overlays() {
  const open = useOpen();
  const palette = useEver(open === 'palette');
  const help = useEver(open === 'help');
  const question = useEver(useQuestion() !== null);
  return (
    <Suspense fallback={null}>
      {palette && <Palette opened={open === 'palette'} />}
      {help && <KeyboardHelp />}
      {question && <QuestionDialog />}
    </Suspense>
  );
}
