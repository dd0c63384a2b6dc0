import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { StreamEvent } from '../../../contracts/event-stream.ts';
import type { Said } from '../../../contracts/said.ts';
import type { AccountTaskState, BulkState } from '../../../contracts/states.ts';
import { openStream, type StreamStatus } from './stream.ts';

interface EventHead {
  taskId: string;
  at: string;
}
export interface AccountTaskEvent extends EventHead {
  type: 'account-task';
  accountTaskId: string;
  ordinal: number;
  from: AccountTaskState;
  to: AccountTaskState;
  reason: string | null;
  /** The reason by code and values, where it has one. */
  said?: { reason?: Said[] };
  errorType: string | null;
}
export interface BulkTaskEvent extends EventHead {
  type: 'bulk-task';
  state: BulkState;
  reason: string | null;
  /** The reason by code and values, where it has one. */
  said?: { reason?: Said[] };
  window?: number;
}
export interface OtherEvent extends EventHead {
  type: 'other';
  name: string;
  accountTaskId: string | null;
}
export type LiveEvent = AccountTaskEvent | BulkTaskEvent | OtherEvent;

/** At most two refreshes a second, however many events come in. */
const FLUSH_MS = 500;
/** While the stream is down, the page asks by itself. */
const POLL_MS = 10_000;

let status: StreamStatus = 'connecting';
const watchers = new Set<() => void>();

function setStatus(next: StreamStatus): void {
  status = next;
  for (const watcher of watchers) watcher();
}

/** How the page's stream is, for the hint about a lost connection. */
export function useStreamStatus(): StreamStatus {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => status,
  );
}

const returns = new Set<() => void>();
/** The stream was open before, or could not be opened: what has been read so far may be old. */
let mayHaveMissed = false;

/** Tells whenever the stream is open again after a loss, a sleep or a rest. @returns a function that ends that */
export function onReturn(watcher: () => void): () => void {
  returns.add(watcher);
  return () => void returns.delete(watcher);
}

/** Reads all that is on the screen again when the stream is back: most of it no event tells of. */
export function useReadAnewOnReturn(): void {
  const client = useQueryClient();
  useEffect(() => onReturn(() => void client.invalidateQueries()), [client]);
}

interface Listener {
  onEvent(event: StreamEvent): void;
  onStatus(status: StreamStatus): void;
}
const listeners = new Set<Listener>();
let closeStream: (() => void) | undefined;

/** One stream a tab, however many parts of the page listen: browsers allow six connections a site. */
function listen(listener: Listener): () => void {
  listeners.add(listener);
  if (closeStream) listener.onStatus(status === 'live' ? 'connecting' : status);
  closeStream ??= openStream({
    onEvent(event) {
      for (const one of listeners) one.onEvent(event);
    },
    onStatus(next) {
      const isReturn = next === 'live' && mayHaveMissed;
      mayHaveMissed ||= next !== 'connecting';
      setStatus(next);
      if (isReturn) for (const watcher of returns) watcher();
      for (const one of listeners) one.onStatus(next);
    },
  });
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    closeStream?.();
    closeStream = undefined;
    mayHaveMissed = false;
    setStatus('connecting');
  };
}

function toLiveEvent(type: string, data: string): LiveEvent {
  const body = JSON.parse(data) as EventHead & Record<string, unknown>;
  if (type === 'account-task' || type === 'bulk-task') return { ...body, type } as unknown as LiveEvent;
  return { ...body, type: 'other', name: type } as unknown as OtherEvent;
}

/**
 * Events as they come, of one bulk task where one is named. `onFlush` gets those since the last call, gathered; an empty
 * list means: refresh what is shown, something may have been missed.
 */
export function useLive(taskId: string | undefined, onFlush: (events: readonly LiveEvent[]) => void): void {
  const handler = useRef(onFlush);
  useEffect(() => {
    handler.current = onFlush;
  });

  useEffect(() => {
    let waiting: LiveEvent[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    let poll: ReturnType<typeof setInterval> | undefined;
    let last = 0;
    let anew = false;

    const flush = (): void => {
      timer = undefined;
      last = Date.now();
      // Events that are told again after a loss are no more than a part of what is read anew.
      const events = anew ? [] : waiting;
      anew = false;
      waiting = [];
      handler.current(events);
    };
    const schedule = (): void => {
      timer ??= setTimeout(flush, Math.max(0, last + FLUSH_MS - Date.now()));
    };

    const leave = listen({
      onEvent({ type, data }) {
        const event = toLiveEvent(type, data);
        if (taskId !== undefined && event.taskId !== taskId) return;
        waiting.push(event);
        schedule();
      },
      onStatus(next) {
        clearInterval(poll);
        poll = undefined;
        if (next === 'offline') poll = setInterval(() => handler.current([]), POLL_MS);
        // Between the page's first reads and the stream's begin something may have happened.
        if (next === 'live') {
          anew = true;
          schedule();
        }
      },
    });
    return () => {
      leave();
      clearTimeout(timer);
      clearInterval(poll);
    };
  }, [taskId]);
}
