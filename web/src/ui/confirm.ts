import { type ReactNode, useSyncExternalStore } from 'react';
import { t } from '../i18n/index.ts';

export interface Question {
  title: string;
  /** What will happen, in sentences; also what stays. */
  text: ReactNode;
  confirm: string;
  /** The way out; `Cancel` unless the act itself is a cancelling. */
  keep?: string;
  danger?: boolean;
  /** A word that has to be typed first, for what reaches far and cannot be taken back. */
  typed?: string;
  onConfirm(): void;
}

let asked: Question | null = null;
const watchers = new Set<() => void>();

function set(next: Question | null): void {
  asked = next;
  for (const watcher of watchers) watcher();
}

/** The question that is on the screen. */
export const useQuestion = (): Question | null =>
  useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => asked,
  );

export const closeQuestion = (): void => set(null);

/** Asks before something happens that cannot be taken back, and says what it will be. */
export const ask = (question: Question): void => set(question);

/** Asks before something is deleted. */
export const askDelete = (question: Omit<Question, 'confirm' | 'keep' | 'danger'>): void =>
  ask({ ...question, confirm: t('confirm.delete'), keep: t('confirm.keep'), danger: true });
