import { CHALLENGE_TYPES } from '../../../../contracts/bulk.ts';
import { ACCOUNT_TASK_STATES } from '../../../../contracts/states.ts';
import type { TimelineEntry, TimelineKind } from '../../api/types.ts';
import { shared, t } from '../../i18n/index.ts';
import { toldOf } from '../../i18n/told.ts';
import { accountTaskPath } from '../../ui/evidence.ts';
import { titleOf } from '../../ui/format.ts';
import { ACCOUNT_TASK_LOOKS } from '../../ui/states.tsx';

export const TIMELINE_KINDS = [
  'task',
  'post',
  'action',
  'challenge',
  'evidence',
  'session',
  'proxy',
  'edit',
] as const satisfies readonly TimelineKind[];

export const isTimelineKind = (text: string | undefined): text is TimelineKind =>
  TIMELINE_KINDS.some((kind) => kind === text);

const CHALLENGES = ['open', 'answered', 'skipped', 'expired'] as const;
const POSTS = ['posted', 'submitting', 'unknown', 'absent'] as const;
const SESSIONS = ['opened', 'expired'] as const;
const EDIT = /^(Changed|Edit taken back): (.*)$/;

const known = <Word extends string>(words: readonly Word[], word: string | null): Word | undefined =>
  words.find((one) => one === word);

/** `Changed: tags, limits` in the reader's language. */
function editTitle(title: string): string | undefined {
  const [, way, names] = EDIT.exec(title) ?? [];
  if (names === undefined) return undefined;
  const fields = names.split(', ').map(shared).join(', ');
  return way === 'Changed' ? t('account:did.edit', { fields }) : t('account:did.undo', { fields });
}

function ownTitle({ kind, state, title }: TimelineEntry): string | undefined {
  const task = kind === 'task' && known(ACCOUNT_TASK_STATES, state);
  if (task) return t(`account:did.task.${task}`);
  const challenge = kind === 'challenge' && known(CHALLENGES, state);
  if (challenge) return t(`account:did.challenge.${challenge}`);
  const post = kind === 'post' && known(POSTS, state);
  if (post) return t(`account:did.post.${post}`);
  const session = kind === 'session' && known(SESSIONS, state);
  if (session) return t(`account:did.session.${session}`);
  return kind === 'edit' ? editTitle(title) : undefined;
}

function ownDetail(entry: TimelineEntry): string | null {
  const { kind, detail } = entry;
  if (detail === null) return null;
  if (kind === 'evidence') return shared(titleOf(detail));
  const challenge = kind === 'challenge' && known(CHALLENGE_TYPES, detail);
  return challenge ? t(`inbox:asked.${challenge}`) : shared(toldOf(entry, 'detail') ?? detail);
}

/** What an entry of an account's timeline says, in the reader's language where it is known there. */
export const titleOfEntry = (entry: TimelineEntry): string => ownTitle(entry) ?? shared(entry.title);
export const detailOfEntry = ownDetail;

const COLORS: Readonly<Record<TimelineKind, string>> = {
  task: 'var(--fl-skipped)',
  challenge: 'var(--fl-parked)',
  evidence: 'var(--fl-failed)',
  post: 'var(--fl-succeeded)',
  action: 'var(--fl-running)',
  session: 'var(--fl-paced)',
  proxy: 'var(--fl-partial)',
  edit: 'var(--fl-pending)',
};

export function colorOfEntry({ kind, state }: TimelineEntry): string {
  const task = kind === 'task' && known(ACCOUNT_TASK_STATES, state);
  return task ? ACCOUNT_TASK_LOOKS[task].color : COLORS[kind];
}

/** Where an entry's reason is: the account task, or the bulk task that it belongs to. */
export function pathOfEntry({ taskId, taskKind, accountTaskId, evidenceId }: TimelineEntry): string | undefined {
  if (taskId === null || taskKind === null) return undefined;
  return accountTaskId === null
    ? `/tasks/${taskKind}/${taskId}`
    : accountTaskPath(taskKind, taskId, accountTaskId, evidenceId);
}
