import { Badge, NavLink } from '@mantine/core';
import { IconInbox } from '@tabler/icons-react';
import { Link } from 'react-router';
import { useInboxCount } from '../api/inbox.ts';
import { formatCount, plural } from '../ui/format.ts';
import classes from './shell.module.css';

/** The inbox in the navigation, with how many wait for a person. */
export function InboxLink({ active }: { active: boolean }) {
  const open = useInboxCount();
  return (
    <NavLink
      component={Link}
      to="/inbox"
      label="Inbox"
      leftSection={<IconInbox size={18} stroke={1.7} />}
      rightSection={
        open > 0 && (
          <Badge color="orange" size="sm" aria-label={`${plural(open, 'entry', 'entries')} open`}>
            {open > 999 ? '999+' : formatCount(open)}
          </Badge>
        )
      }
      active={active}
      aria-current={active ? 'page' : undefined}
      className={classes.link}
    />
  );
}
