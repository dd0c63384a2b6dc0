import { Badge, NavLink, Text } from '@mantine/core';
import { Fragment } from 'react';
import { Link, useLocation } from 'react-router';
import { useInboxCount } from '../api/inbox.ts';
import { useMayRank } from '../api/session.tsx';
import { t } from '../i18n/index.ts';
import { activePage, addressOf, GROUPS, NAVIGATION } from '../pages.tsx';
import { formatCount } from '../ui/format.ts';
import classes from './shell.module.css';

/** How many entries of the inbox wait for a person. */
function InboxBadge() {
  const open = useInboxCount();
  if (open === 0) return null;
  return (
    <Badge color="orange" size="sm" aria-label={t('nav.inboxOpen', { count: open })}>
      {open > 999 ? '999+' : formatCount(open)}
    </Badge>
  );
}

/** The pages by group, those that the signed-in person may see. */
export function Navigation() {
  const { pathname } = useLocation();
  const may = useMayRank();
  const active = pathname.startsWith('/tasks/new') ? undefined : activePage(pathname);
  return GROUPS.map((group) => {
    const pages = NAVIGATION.filter((page) => page.nav.group === group && may(page.role ?? 'viewer'));
    if (pages.length === 0) return null;
    return (
      <Fragment key={group}>
        <Text component="h2" className={classes.group}>
          {t(`nav.group.${group}`)}
        </Text>
        {pages.map((page) => {
          const Icon = page.nav.icon;
          return (
            <NavLink
              key={page.path}
              component={Link}
              to={addressOf(page)}
              label={t(page.title)}
              leftSection={<Icon size={18} stroke={1.7} />}
              rightSection={page.nav.badge === 'inbox' && <InboxBadge />}
              active={page === active}
              aria-current={page === active ? 'page' : undefined}
              className={classes.link}
            />
          );
        })}
      </Fragment>
    );
  });
}
