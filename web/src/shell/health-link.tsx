import { NavLink } from '@mantine/core';
import { Link } from 'react-router';
import { ApiError } from '../api/problem.ts';
import { useSystemHealth } from '../api/system.ts';
import { t } from '../i18n/index.ts';
import { HealthDot } from '../ui/health.tsx';
import classes from './shell.module.css';

/** How the system is, on every page, one click from the reasons. */
export function HealthLink() {
  const health = useSystemHealth();
  // Without an answer nothing is known; that there is none is told above the page.
  const away = health.error instanceof ApiError && health.error.status === 0;
  const status = away ? undefined : health.error ? 'down' : health.data?.status;
  const label =
    status === undefined
      ? t(away ? 'health.unknown' : 'health.checking')
      : status === 'ok'
        ? t('health.allOk')
        : status === 'degraded'
          ? t('health.degraded')
          : t('health.down');
  return (
    <NavLink
      component={Link}
      to="/#health"
      label={label}
      leftSection={<HealthDot status={status} />}
      className={classes.link}
    />
  );
}
