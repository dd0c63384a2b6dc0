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
  type TablerIcon,
} from '@tabler/icons-react';
import type { AccountStatus, AccountTaskState, BulkState } from '../../../contracts/states.ts';
import classes from './states.module.css';

interface Look {
  label: string;
  icon: TablerIcon;
  color: string;
  /** What the state means, for the tooltip. */
  hint: string;
}

export const ACCOUNT_TASK_LOOKS: Readonly<Record<AccountTaskState, Look>> = {
  pending: { label: 'Pending', icon: IconCircleDashed, color: 'var(--fl-pending)', hint: 'Waits for its turn' },
  running: { label: 'Running', icon: IconPlayerPlay, color: 'var(--fl-running)', hint: 'At work now' },
  paced: {
    label: 'Paced',
    icon: IconClock,
    color: 'var(--fl-paced)',
    hint: 'Waits for a daily limit, gap or quiet hours',
  },
  parked: { label: 'Parked', icon: IconHandStop, color: 'var(--fl-parked)', hint: 'Waits for a person' },
  succeeded: { label: 'Succeeded', icon: IconCircleCheck, color: 'var(--fl-succeeded)', hint: 'Everything was done' },
  partial: { label: 'Partial', icon: IconCircleHalf2, color: 'var(--fl-partial)', hint: 'Some of it was done' },
  failed: { label: 'Failed', icon: IconCircleX, color: 'var(--fl-failed)', hint: 'Ended with an error' },
  skipped: { label: 'Skipped', icon: IconPlayerSkipForward, color: 'var(--fl-skipped)', hint: 'Nothing was done' },
  cancelled: { label: 'Cancelled', icon: IconBan, color: 'var(--fl-cancelled)', hint: 'Stopped by a person' },
};

export const BULK_LOOKS: Readonly<Record<BulkState, Look>> = {
  draft: { label: 'Draft', icon: IconFileText, color: 'var(--fl-skipped)', hint: 'Written, not started' },
  scheduled: { label: 'Scheduled', icon: IconHourglass, color: 'var(--fl-paced)', hint: 'Starts by itself' },
  running: { label: 'Running', icon: IconPlayerPlay, color: 'var(--fl-running)', hint: 'At work now' },
  paused: { label: 'Paused', icon: IconPlayerPause, color: 'var(--fl-parked)', hint: 'Starts no further accounts' },
  completed: {
    label: 'Completed',
    icon: IconCircleCheck,
    color: 'var(--fl-succeeded)',
    hint: 'All accounts succeeded',
  },
  completed_with_failures: {
    label: 'Completed with failures',
    icon: IconAlertTriangle,
    color: 'var(--fl-parked)',
    hint: 'All accounts have ended, some failed',
  },
  cancelled: { label: 'Cancelled', icon: IconBan, color: 'var(--fl-cancelled)', hint: 'Stopped by a person' },
  failed: { label: 'Failed', icon: IconCircleX, color: 'var(--fl-failed)', hint: 'The run itself failed' },
};

export const ACCOUNT_LOOKS: Readonly<Record<AccountStatus, Look>> = {
  new: { label: 'New', icon: IconCircleDashed, color: 'var(--fl-skipped)', hint: 'Not logged in yet' },
  active: { label: 'Active', icon: IconCircleCheck, color: 'var(--fl-succeeded)', hint: 'Logged in and usable' },
  bad_credentials: {
    label: 'Wrong credentials',
    icon: IconCircleX,
    color: 'var(--fl-failed)',
    hint: 'The platform refused the user name or password',
  },
  challenged: {
    label: 'Challenged',
    icon: IconHandStop,
    color: 'var(--fl-parked)',
    hint: 'The platform wants a confirmation from a person',
  },
  blocked: { label: 'Blocked', icon: IconBan, color: 'var(--fl-failed)', hint: 'Suspended or locked by the platform' },
  disabled: { label: 'Disabled', icon: IconPlayerPause, color: 'var(--fl-cancelled)', hint: 'Taken out of use here' },
};

const PROXY_LOOKS: Readonly<Record<string, Look>> = {
  unknown: {
    label: 'Not checked',
    icon: IconCircleDashed,
    color: 'var(--fl-skipped)',
    hint: 'Not checked as it is now',
  },
  healthy: { label: 'Healthy', icon: IconCircleCheck, color: 'var(--fl-succeeded)', hint: 'Every check passed' },
  unstable: {
    label: 'Unstable',
    icon: IconAlertTriangle,
    color: 'var(--fl-parked)',
    hint: 'It works, but not every time or not fast',
  },
  failing: { label: 'Failing', icon: IconCircleX, color: 'var(--fl-failed)', hint: 'It does not work' },
};

const UNKNOWN: Look = { label: 'Unknown', icon: IconCircleDashed, color: 'var(--fl-skipped)', hint: '' };

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
  <StateLabel look={ACCOUNT_TASK_LOOKS[state] ?? UNKNOWN} iconOnly={iconOnly} />
);

export const BulkStateLabel = ({ state, iconOnly }: { state: BulkState; iconOnly?: boolean }) => (
  <StateLabel look={BULK_LOOKS[state] ?? UNKNOWN} iconOnly={iconOnly} />
);

export const AccountStatusLabel = ({ status, iconOnly }: { status: string; iconOnly?: boolean }) => (
  <StateLabel look={ACCOUNT_LOOKS[status as AccountStatus] ?? { ...UNKNOWN, label: status }} iconOnly={iconOnly} />
);

export const ProxyStatusLabel = ({ status }: { status: string }) => (
  <StateLabel look={PROXY_LOOKS[status] ?? { ...UNKNOWN, label: status }} />
);
