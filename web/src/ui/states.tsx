import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleHalf2,
  IconCircleX,
  IconClock,
  IconFileText,
  IconHandStop,
  IconHourglass,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerSkipForward,
  IconPlugConnectedX,
  type TablerIcon,
} from '@tabler/icons-react';
import type { AccountStatus, AccountTaskState, BulkState } from '../../../contracts/states.ts';
import type { WorkerState } from '../../../contracts/worker-api.ts';
import { t } from '../i18n/index.ts';
import type { TextKey } from '../i18n/resources.ts';
import classes from './states.module.css';

export type ShownWorkerState = WorkerState | 'lost';

interface Look {
  readonly label: string;
  icon: TablerIcon;
  color: string;
  /** What the state means, for the tooltip. */
  readonly hint: string;
}

type StateKey = Extract<TextKey, `${string}.hint`> extends `${infer Key}.hint` ? Key & TextKey : never;

/** The words are asked for when they are shown, in the language of then. */
const look = (key: StateKey, icon: TablerIcon, color: string): Look => ({
  icon,
  color,
  get label() {
    return t(key);
  },
  get hint() {
    return t(`${key}.hint`);
  },
});

export const ACCOUNT_TASK_LOOKS: Readonly<Record<AccountTaskState, Look>> = {
  pending: look('state.pending', IconCircleDashed, 'var(--fl-pending)'),
  running: look('state.running', IconPlayerPlay, 'var(--fl-running)'),
  paced: look('state.paced', IconClock, 'var(--fl-paced)'),
  parked: look('state.parked', IconHandStop, 'var(--fl-parked)'),
  succeeded: look('state.succeeded', IconCircleCheck, 'var(--fl-succeeded)'),
  partial: look('state.partial', IconCircleHalf2, 'var(--fl-partial)'),
  failed: look('state.failed', IconCircleX, 'var(--fl-failed)'),
  skipped: look('state.skipped', IconPlayerSkipForward, 'var(--fl-skipped)'),
  cancelled: look('state.cancelled', IconBan, 'var(--fl-cancelled)'),
};

export const BULK_LOOKS: Readonly<Record<BulkState, Look>> = {
  draft: look('bulk.draft', IconFileText, 'var(--fl-skipped)'),
  scheduled: look('bulk.scheduled', IconHourglass, 'var(--fl-paced)'),
  running: look('bulk.running', IconPlayerPlay, 'var(--fl-running)'),
  paused: look('bulk.paused', IconPlayerPause, 'var(--fl-parked)'),
  completed: look('bulk.completed', IconCircleCheck, 'var(--fl-succeeded)'),
  completed_with_failures: look('bulk.completed_with_failures', IconAlertTriangle, 'var(--fl-parked)'),
  cancelled: look('bulk.cancelled', IconBan, 'var(--fl-cancelled)'),
  failed: look('bulk.failed', IconCircleX, 'var(--fl-failed)'),
};

export const ACCOUNT_LOOKS: Readonly<Record<AccountStatus, Look>> = {
  new: look('account.new', IconCircleDashed, 'var(--fl-skipped)'),
  active: look('account.active', IconCircleCheck, 'var(--fl-succeeded)'),
  bad_credentials: look('account.bad_credentials', IconCircleX, 'var(--fl-failed)'),
  challenged: look('account.challenged', IconHandStop, 'var(--fl-parked)'),
  blocked: look('account.blocked', IconBan, 'var(--fl-failed)'),
  disabled: look('account.disabled', IconPlayerPause, 'var(--fl-cancelled)'),
};

const PROXY_LOOKS: Readonly<Record<string, Look>> = {
  unknown: look('proxy.unknown', IconCircleDashed, 'var(--fl-skipped)'),
  healthy: look('proxy.healthy', IconCircleCheck, 'var(--fl-succeeded)'),
  unstable: look('proxy.unstable', IconAlertTriangle, 'var(--fl-parked)'),
  failing: look('proxy.failing', IconCircleX, 'var(--fl-failed)'),
};

export const WORKER_LOOKS: Readonly<Record<ShownWorkerState, Look>> = {
  ready: look('worker.ready', IconCircleCheck, 'var(--fl-succeeded)'),
  draining: look('worker.draining', IconHourglass, 'var(--fl-parked)'),
  drained: look('worker.drained', IconPlayerPause, 'var(--fl-cancelled)'),
  lost: look('worker.lost', IconPlugConnectedX, 'var(--fl-failed)'),
};

const unknown = (label: string = t('state.unknown')): Look => ({
  label,
  icon: IconCircleDashed,
  color: 'var(--fl-skipped)',
  hint: '',
});

function StateLabel({ look, iconOnly }: { look: Look; iconOnly?: boolean | undefined }) {
  const Icon = look.icon;
  return (
    <span className={classes.label} title={look.hint}>
      <Icon size={16} stroke={1.9} style={{ color: look.color }} aria-hidden={!iconOnly} aria-label={look.label} />
      {!iconOnly && <span className="truncate">{look.label}</span>}
    </span>
  );
}

export const AccountTaskStateLabel = ({ state, iconOnly }: { state: AccountTaskState; iconOnly?: boolean }) => (
  <StateLabel look={ACCOUNT_TASK_LOOKS[state] ?? unknown()} iconOnly={iconOnly} />
);

export const BulkStateLabel = ({ state, iconOnly }: { state: BulkState; iconOnly?: boolean }) => (
  <StateLabel look={BULK_LOOKS[state] ?? unknown()} iconOnly={iconOnly} />
);

export const AccountStatusLabel = ({ status, iconOnly }: { status: string; iconOnly?: boolean }) => (
  <StateLabel look={ACCOUNT_LOOKS[status as AccountStatus] ?? unknown(status)} iconOnly={iconOnly} />
);

export const ProxyStatusLabel = ({ status }: { status: string }) => (
  <StateLabel look={PROXY_LOOKS[status] ?? unknown(status)} />
);

export const WorkerStateLabel = ({ state, iconOnly }: { state: ShownWorkerState; iconOnly?: boolean }) => (
  <StateLabel look={WORKER_LOOKS[state] ?? unknown()} iconOnly={iconOnly} />
);
