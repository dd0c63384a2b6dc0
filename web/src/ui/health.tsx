import classes from './health.module.css';

type Status = 'ok' | 'degraded' | 'down' | undefined;
const LABELS = { ok: 'Working', degraded: 'Partly working', down: 'Not working' } as const;

export function HealthDot({ status }: { status: Status }) {
  return (
    <span className={classes.dot} data-status={status} role="img" aria-label={status ? LABELS[status] : 'Not known'} />
  );
}
