import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { MEDIA } from './media.ts';
import { messageOf } from './problem.ts';
import { sendResumable } from './resumable.ts';
import type { Media } from './types.ts';

export interface Upload {
  key: number;
  name: string;
  bytes: number;
  state: 'waiting' | 'sending' | 'interrupted' | 'probing' | 'done' | 'failed';
  /** Sent so far, 0 to 1. */
  share: number;
  error?: string;
  media?: Media;
}

interface Job {
  upload: Upload;
  file: File;
  abort: AbortController;
}

/** More would only share the same line, and each holds a connection. */
const AT_ONCE = 2;

let jobs: readonly Job[] = [];
let shown: readonly Upload[] = [];
let lastKey = 0;
const watchers = new Set<() => void>();
const finished = new Set<(media: Media) => void>();

function set(next: readonly Job[]): void {
  jobs = next;
  shown = next.map((job) => job.upload);
  for (const watcher of watchers) watcher();
}

function change(key: number, changes: Partial<Upload>): void {
  set(jobs.map((job) => (job.upload.key === key ? { ...job, upload: { ...job.upload, ...changes } } : job)));
}

const isBusy = ({ upload: { state } }: Job): boolean =>
  state === 'sending' || state === 'interrupted' || state === 'probing';

async function send({ upload: { key }, file, abort }: Job): Promise<void> {
  change(key, { state: 'sending' });
  try {
    const media = await sendResumable(file, {
      signal: abort.signal,
      onProgress: (share) => change(key, { share, state: share < 1 ? 'sending' : 'probing' }),
      onInterrupted: () => change(key, { state: 'interrupted' }),
    });
    change(key, { state: 'done', share: 1, media });
    for (const tell of finished) tell(media);
  } catch (error) {
    if (!abort.signal.aborted) change(key, { state: 'failed', error: messageOf(error) });
  }
  startNext();
}

function startNext(): void {
  const free = AT_ONCE - jobs.filter(isBusy).length;
  for (const job of jobs.filter(({ upload }) => upload.state === 'waiting').slice(0, Math.max(0, free))) void send(job);
}

/** Puts files into the queue; it goes on while other pages are open. */
export function addUploads(files: Iterable<File>): void {
  const added = [...files].map((file): Job => {
    lastKey += 1;
    const upload: Upload = { key: lastKey, name: file.name, bytes: file.size, state: 'waiting', share: 0 };
    return { upload, file, abort: new AbortController() };
  });
  set([...jobs, ...added]);
  startNext();
}

/** Sends a file that failed once more; the bytes that the server holds are not sent again. */
export function retryUpload(key: number): void {
  set(
    jobs.map((job) => {
      if (job.upload.key !== key || job.upload.state !== 'failed') return job;
      const { error: _, ...upload } = job.upload;
      return { ...job, upload: { ...upload, state: 'waiting' as const } };
    }),
  );
  startNext();
}

/** Stops an upload that has not ended, and takes it off the list. */
export function removeUpload(key: number): void {
  jobs.find((job) => job.upload.key === key)?.abort.abort();
  set(jobs.filter((job) => job.upload.key !== key));
  startNext();
}

export const clearEndedUploads = (): void => set(jobs.filter((job) => isBusy(job) || job.upload.state === 'waiting'));

/** The queue of uploads; what is done joins the media lists by itself. */
export function useUploads(onFinished?: (media: Media) => void): readonly Upload[] {
  const client = useQueryClient();
  useEffect(() => {
    const tell = (media: Media): void => {
      void client.invalidateQueries({ queryKey: MEDIA });
      onFinished?.(media);
    };
    finished.add(tell);
    return () => {
      finished.delete(tell);
    };
  }, [client, onFinished]);
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => shown,
  );
}
