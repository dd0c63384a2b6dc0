import { t } from '../i18n/index.ts';
import classes from './health.module.css';

type Status = 'ok' | 'degraded' | 'down' | undefined;

export function HealthDot({ status }: { status: Status }) {
  return (
    <span
      className={classes.dot}
      data-status={status}
      role="img"
      aria-label={t(status ? `health.${status}` : 'health.unknown')}
    />
  );
}
