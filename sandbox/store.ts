import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NewEvent, SandboxEvent } from './events.ts';
import { openJournal } from './journal.ts';
import { type Account, accountKey, applyEvent, emptyState, type Post, type State } from './state.ts';

export interface Store {
  readonly state: State;
  /** Folder of stored media, named by content hash. */
  readonly mediaFolder: string;
  /** Folder of files that are still arriving. */
  readonly incomingFolder: string;
  account(username: string): Account | undefined;
  /** Resolves when the events are written and visible; with `sync`, when they also survive a power cut. */
  record(events: NewEvent | NewEvent[], options?: { sync: boolean }): Promise<void>;
  /** Calls back for every post that is recorded from now on. */
  onPosted(listener: (post: Post) => void): void;
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the site's storage in `dataFolder` and folds its history into memory. */
export async function openStore(dataFolder: string): Promise<Store> {
  const mediaFolder = join(dataFolder, 'media');
  const incomingFolder = join(dataFolder, 'incoming');
  await mkdir(mediaFolder, { recursive: true });
  await mkdir(incomingFolder, { recursive: true });
  await emptyFolder(incomingFolder);
  const state = emptyState();
  const listeners: ((post: Post) => void)[] = [];
  const journal = await openJournal<SandboxEvent>(join(dataFolder, 'journal.jsonl'), (event) => {
    applyEvent(state, event);
    if (event.type !== 'posted') return;
    const post = state.posts.get(event.post.id);
    if (post) for (const listener of listeners) listener(post);
  });

  return {
    state,
    mediaFolder,
    incomingFolder,
    account: (username) => state.accounts.get(accountKey(username)),
    record: (events, { sync } = { sync: false }) => {
      const at = new Date().toISOString();
      return journal.append(
        (Array.isArray(events) ? events : [events]).map((event) => ({ ...event, at })),
        { sync },
      );
    },
    onPosted: (listener) => listeners.push(listener),
    reset: async () => {
      await journal.clear();
      Object.assign(state, emptyState());
      await emptyFolder(mediaFolder);
    },
    close: () => journal.close(),
  };
}

async function emptyFolder(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { force: true, recursive: true });
}
