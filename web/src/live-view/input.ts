import type { KeyboardEvent, MouseEvent, WheelEvent } from 'react';
import type { LiveInput } from '../../../contracts/live-view.ts';

const BUTTONS = ['left', 'middle', 'right'] as const;

interface Held {
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
}

/** Bits as the Chrome DevTools Protocol has them. */
const modifiersOf = ({ altKey, ctrlKey, metaKey, shiftKey }: Held): number =>
  (altKey ? 1 : 0) + (ctrlKey ? 2 : 0) + (metaKey ? 4 : 0) + (shiftKey ? 8 : 0);

/** Size of the page in CSS pixels, as the last picture told it. */
export interface PageSize {
  width: number;
  height: number;
}

function pointOf({ clientX, clientY, currentTarget }: MouseEvent<HTMLElement>, page: PageSize) {
  const box = currentTarget.getBoundingClientRect();
  const within = (value: number, most: number): number => Math.min(Math.max(0, value), most);
  return {
    x: within(((clientX - box.left) / box.width) * page.width, page.width),
    y: within(((clientY - box.top) / box.height) * page.height, page.height),
  };
}

export function mouseInput(
  event: MouseEvent<HTMLElement>,
  type: 'pressed' | 'released' | 'moved',
  page: PageSize,
): LiveInput {
  const button = type === 'moved' ? 'none' : (BUTTONS[event.button] ?? 'left');
  const clickCount = type === 'moved' ? 0 : Math.min(3, Math.max(1, event.detail));
  const point = pointOf(event, page);
  return { kind: 'mouse', type, ...point, button, buttons: event.buttons, clickCount, modifiers: modifiersOf(event) };
}

export function wheelInput(event: WheelEvent<HTMLElement>, page: PageSize): LiveInput {
  const bounded = (delta: number): number => Math.min(5_000, Math.max(-5_000, delta));
  const deltas = { deltaX: bounded(event.deltaX), deltaY: bounded(event.deltaY) };
  return { kind: 'wheel', ...pointOf(event, page), ...deltas, modifiers: modifiersOf(event) };
}

/** What a key types: itself when it is one character, a line's end for Enter, nothing with Ctrl or Cmd held. */
function textOf({ key, ctrlKey, metaKey }: KeyboardEvent): string | undefined {
  if (ctrlKey || metaKey) return undefined;
  if (key === 'Enter') return '\r';
  return [...key].length === 1 ? key : undefined;
}

export function keyInput(event: KeyboardEvent<HTMLElement>, type: 'down' | 'up'): LiveInput {
  const text = type === 'down' ? textOf(event) : undefined;
  return {
    kind: 'key',
    type,
    key: event.key,
    code: event.code,
    // Deprecated, and still the only place where browsers tell it.
    keyCode: event.keyCode,
    ...(text === undefined ? {} : { text }),
    modifiers: modifiersOf(event),
  };
}
