import type { ErrorType } from '../../../contracts/errors.ts';
import type { SENTENCES } from '../../../contracts/said.ts';
import common from './en/common.ts';

type ServerTexts = typeof SENTENCES & Record<`error.${ErrorType}`, string>;

/**
 * One line an area of pages. A page names its areas in `pages.tsx`; they are read beside the page's own script, so the
 * first load carries `common` alone.
 */
export const AREAS = {
  common: { en: async () => ({ default: common }), ru: () => import('./ru/common.ts') },
  /** What the code shared with the server says in English, by its English: titles of kinds, fields, errors. */
  shared: { en: () => import('./en/shared.ts'), ru: () => import('./ru/shared.ts') },
  /** What the server says: its English comes with what it is about, and is read by its code elsewhere (`told.ts`). */
  said: { en: async () => ({ default: {} as ServerTexts }), ru: () => import('./ru/said.ts') },
  account: { en: () => import('./en/account.ts'), ru: () => import('./ru/account.ts') },
  accounts: { en: () => import('./en/accounts.ts'), ru: () => import('./ru/accounts.ts') },
  audit: { en: () => import('./en/audit.ts'), ru: () => import('./ru/audit.ts') },
  errors: { en: () => import('./en/errors.ts'), ru: () => import('./ru/errors.ts') },
  accountTask: { en: () => import('./en/account-task.ts'), ru: () => import('./ru/account-task.ts') },
  follow: { en: () => import('./en/follow.ts'), ru: () => import('./ru/follow.ts') },
  guide: { en: () => import('./en/guide.ts'), ru: () => import('./ru/guide.ts') },
  hosts: { en: () => import('./en/hosts.ts'), ru: () => import('./ru/hosts.ts') },
  inbox: { en: () => import('./en/inbox.ts'), ru: () => import('./ru/inbox.ts') },
  lists: { en: () => import('./en/lists.ts'), ru: () => import('./ru/lists.ts') },
  live: { en: () => import('./en/live.ts'), ru: () => import('./ru/live.ts') },
  media: { en: () => import('./en/media.ts'), ru: () => import('./ru/media.ts') },
  newTask: { en: () => import('./en/new-task.ts'), ru: () => import('./ru/new-task.ts') },
  overview: { en: () => import('./en/overview.ts'), ru: () => import('./ru/overview.ts') },
  performance: { en: () => import('./en/performance.ts'), ru: () => import('./ru/performance.ts') },
  proxies: { en: () => import('./en/proxies.ts'), ru: () => import('./ru/proxies.ts') },
  schedules: { en: () => import('./en/schedules.ts'), ru: () => import('./ru/schedules.ts') },
  settings: { en: () => import('./en/settings.ts'), ru: () => import('./ru/settings.ts') },
  signIn: { en: () => import('./en/sign-in.ts'), ru: () => import('./ru/sign-in.ts') },
  task: { en: () => import('./en/task.ts'), ru: () => import('./ru/task.ts') },
  today: { en: () => import('./en/today.ts'), ru: () => import('./ru/today.ts') },
  tasks: { en: () => import('./en/tasks.ts'), ru: () => import('./ru/tasks.ts') },
};

export type Area = keyof typeof AREAS;
type Texts<Of extends Area> = Awaited<ReturnType<(typeof AREAS)[Of]['en']>>['default'];

type PluralEnd = '_one' | '_two' | '_few' | '_many' | '_other' | '_zero';
type Base<Key> = Key extends `${infer Stem}${PluralEnd}` ? Stem : Key;
type Keys<Of extends Area> = Base<keyof Texts<Of> & string> & string;

/** `key` of the area `common`, `area:key` of the others. */
export type TextKey = { [Of in Area]: Of extends 'common' ? Keys<Of> : `${Of}:${Keys<Of>}` }[Area];

type TextIn<Of extends Area, Key extends string> = {
  [Each in keyof Texts<Of>]: Base<Each> extends Key ? Texts<Of>[Each] : never;
}[keyof Texts<Of>];
type TextOf<Key extends string> = Key extends `${infer Of}:${infer Rest}`
  ? Of extends Area
    ? TextIn<Of, Rest>
    : never
  : TextIn<'common', Key>;

type Name<Slot> = Slot extends `${infer Before},${string}` ? Before : Slot;
type Names<Text> = Text extends `${string}{{${infer Slot}}}${infer Rest}` ? Name<Slot> | Names<Rest> : never;

/** The values that a text has places for; a text in the singular and plural always takes `count`. */
export type ValuesOf<Key extends TextKey> = Record<Names<TextOf<Key>> & string, string | number>;

/** A text that needs no values, for lists that name their words. */
export type PlainKey = { [Key in TextKey]: keyof ValuesOf<Key> extends never ? Key : never }[TextKey];
