import { Suspense, useRef } from 'react';
import { closeQuestion, useQuestion } from '../ui/confirm.ts';
import { type OverlayProps, overlay } from '../ui/part.tsx';
import { closeOverlay, useOpen } from './shortcuts.ts';

type ShellOverlay = Required<OverlayProps>;
const Palette = overlay<ShellOverlay>(async () => (await import('./palette.tsx')).Palette);
const KeyboardHelp = overlay<ShellOverlay>(async () => (await import('./keyboard-help.tsx')).KeyboardHelp);
const QuestionDialog = overlay<ShellOverlay>(async () => (await import('../ui/question-dialog.tsx')).QuestionDialog);

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
  const asked = useQuestion() !== null;
  const question = useEver(asked);
  return (
    <Suspense fallback={null}>
      {palette && <Palette opened={open === 'palette'} onClose={closeOverlay} />}
      {help && <KeyboardHelp opened={open === 'help'} onClose={closeOverlay} />}
      {question && <QuestionDialog opened={asked} onClose={closeQuestion} />}
    </Suspense>
  );
}
