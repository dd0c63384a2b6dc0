import { type ClipboardEvent, type KeyboardEvent, type MouseEvent, type Ref, useImperativeHandle, useRef } from 'react';
import type { LiveFrame, LiveInput } from '../../../contracts/live-view.ts';
import { keyInput, mouseInput, type PageSize, wheelInput } from './input.ts';
import classes from './live-view.module.css';

export interface ScreenHandle {
  draw(frame: LiveFrame): Promise<void>;
}

interface ScreenProps {
  label: string;
  /** Where keys and the mouse go; without it the page is only looked at. */
  onInput?: ((input: LiveInput) => void) | undefined;
  /** The keyboard is given back. */
  onRelease?: () => void;
  ref: Ref<ScreenHandle>;
}

/** Mouse moves are sent at most so often, milliseconds. */
const MOVE_MS = 40;

/** Shows the pictures of a page, and hands on what is pressed and typed over it. */
export function Screen({ label, onInput, onRelease, ref }: ScreenProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const page = useRef<PageSize>({ width: 1280, height: 720 });
  const movedAt = useRef(0);

  useImperativeHandle(ref, () => ({
    async draw({ data, width, height }) {
      const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
      const picture = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
      const place = canvas.current;
      if (place) {
        if (place.width !== picture.width) place.width = picture.width;
        if (place.height !== picture.height) place.height = picture.height;
        place.getContext('2d')?.drawImage(picture, 0, 0);
        page.current = { width, height };
      }
      picture.close();
    },
  }));

  if (!onInput) return <canvas ref={canvas} className={classes.screen} role="img" aria-label={label} />;

  const press = (event: MouseEvent<HTMLCanvasElement>, type: 'pressed' | 'released'): void => {
    if (type === 'pressed') event.currentTarget.focus();
    onInput(mouseInput(event, type, page.current));
  };
  const move = (event: MouseEvent<HTMLCanvasElement>): void => {
    if (event.timeStamp - movedAt.current < MOVE_MS) return;
    movedAt.current = event.timeStamp;
    onInput(mouseInput(event, 'moved', page.current));
  };
  const key = (event: KeyboardEvent<HTMLCanvasElement>, type: 'down' | 'up'): void => {
    // Pasting comes as an event of its own, with the text.
    const pastes = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'v';
    if (pastes) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'F6') {
      if (type === 'down') onRelease?.();
      return;
    }
    if (event.key.length <= 40) onInput(keyInput(event, type));
  };
  const paste = (event: ClipboardEvent<HTMLCanvasElement>): void => {
    event.preventDefault();
    const text = event.clipboardData.getData('text/plain').slice(0, 4_000);
    if (text) onInput({ kind: 'text', text });
  };

  return (
    // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: all keys are its own, which is what the role says
    <canvas
      ref={canvas}
      className={`${classes.screen} ${classes.live}`}
      role="application"
      aria-label={label}
      tabIndex={0}
      onMouseDown={(event) => press(event, 'pressed')}
      onMouseUp={(event) => press(event, 'released')}
      onMouseMove={move}
      onWheel={(event) => onInput(wheelInput(event, page.current))}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => key(event, 'down')}
      onKeyUp={(event) => key(event, 'up')}
      onPaste={paste}
    />
  );
}
