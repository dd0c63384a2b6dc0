import { ActionIcon, AppShell, Burger, Button, Group, NavLink, ScrollArea, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconBook2,
  IconCalendarRepeat,
  IconHome,
  IconListCheck,
  IconPhotoVideo,
  IconPlus,
  IconUserPlus,
  IconUsers,
  IconWorld,
} from '@tabler/icons-react';
import { useEffect } from 'react';
import { Link, Outlet, ScrollRestoration, useLocation } from 'react-router';
import { useMay } from '../api/session.tsx';
import { ConnectionHint } from './connection-hint.tsx';
import { HealthLink } from './health-link.tsx';
import { InboxLink } from './inbox-link.tsx';
import { Logo } from './logo.tsx';
import classes from './shell.module.css';
import { UserMenu } from './user-menu.tsx';

const PAGES = [
  { to: '/', label: 'Overview', icon: IconHome },
  { to: '/tasks', label: 'Bulk tasks', icon: IconListCheck },
  { to: '/schedules', label: 'Schedules', icon: IconCalendarRepeat },
  { to: '/accounts', label: 'Accounts', icon: IconUsers },
  { to: '/media', label: 'Media', icon: IconPhotoVideo },
  { to: '/follow', label: 'Follow categories', icon: IconUserPlus },
  { to: '/proxies', label: 'Proxies', icon: IconWorld },
];

export function Shell() {
  const [opened, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  const mayOrder = useMay('operator');

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the menu of narrow windows
  useEffect(close, [pathname]);

  return (
    <AppShell
      header={{ height: { base: 52, md: 0 } }}
      navbar={{ width: 232, breakpoint: 'md', collapsed: { mobile: !opened } }}
      padding={0}
    >
      <a className={classes.skip} href="#main">
        Skip to the content
      </a>
      <AppShell.Header hiddenFrom="md" className={classes.header}>
        <Group h="100%" px="sm" justify="space-between">
          <Group gap="xs">
            <Burger
              opened={opened}
              onClick={toggle}
              size="sm"
              aria-label={opened ? 'Close the menu' : 'Open the menu'}
            />
            <Logo />
          </Group>
          {mayOrder && (
            <ActionIcon component={Link} to="/tasks/new" size={36} aria-label="New bulk task">
              <IconPlus size={18} />
            </ActionIcon>
          )}
        </Group>
      </AppShell.Header>

      <AppShell.Navbar className={classes.navbar} aria-label="Main">
        <AppShell.Section p="md" visibleFrom="md">
          <Link to="/" className={classes.home} aria-label="Flotilla, overview">
            <Logo />
          </Link>
        </AppShell.Section>
        {mayOrder && (
          <AppShell.Section px="sm" pb="sm" pt={{ base: 'sm', md: 0 }}>
            <Button component={Link} to="/tasks/new" fullWidth leftSection={<IconPlus size={16} />}>
              New bulk task
            </Button>
          </AppShell.Section>
        )}
        <AppShell.Section grow component={ScrollArea} px="sm">
          <Stack gap={2}>
            {PAGES.map(({ to, label, icon: Icon }) => {
              const active =
                to === '/' ? pathname === '/' : pathname.startsWith(to) && !pathname.startsWith('/tasks/new');
              return (
                <NavLink
                  key={to}
                  component={Link}
                  to={to}
                  label={label}
                  leftSection={<Icon size={18} stroke={1.7} />}
                  active={active}
                  aria-current={active ? 'page' : undefined}
                  className={classes.link}
                />
              );
            })}
            <InboxLink active={pathname.startsWith('/inbox')} />
          </Stack>
        </AppShell.Section>
        <AppShell.Section p="sm" className={classes.foot}>
          <HealthLink />
          <NavLink
            component="a"
            href="/api/docs"
            target="_blank"
            rel="noreferrer"
            label="API reference"
            leftSection={<IconBook2 size={18} stroke={1.7} />}
            className={classes.link}
          />
          <UserMenu />
        </AppShell.Section>
      </AppShell.Navbar>

      <AppShell.Main id="main" tabIndex={-1} className={classes.main}>
        <ConnectionHint />
        <Outlet />
      </AppShell.Main>
      <ScrollRestoration getKey={(location) => location.pathname} />
    </AppShell>
  );
}
