import { NavLink } from '@mantine/core';
import { Link } from 'react-router';
import { useSystemHealth } from '../api/system.ts';
import { HealthDot } from '../ui/health.tsx';
import classes from './shell.module.css';

/** How the system is, on every page, one click from the reasons. */
export function HealthLink() {
  const health = useSystemHealth();
  const status = health.error ? 'down' : health.data?.status;
  const label =
    status === undefined
      ? 'Checking the system'
      : status === 'ok'
        ? 'All systems working'
        : status === 'degraded'
          ? 'Partly working'
          : 'Not working';
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
