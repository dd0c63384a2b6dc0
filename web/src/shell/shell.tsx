import { ActionIcon, AppShell, Burger, Button, Group, Kbd, NavLink, ScrollArea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBook2, IconPlus, IconSearch } from '@tabler/icons-react';
import { useEffect } from 'react';
import { Link, Outlet, ScrollRestoration, useLocation } from 'react-router';
import { useReadAnewOnReturn } from '../api/live.ts';
import { useMay } from '../api/session.tsx';
import { t } from '../i18n/index.ts';
import { ConnectionHint } from './connection-hint.tsx';
import { HealthLink } from './health-link.tsx';
import { Logo } from './logo.tsx';
import { Navigation } from './navigation.tsx';
import { Overlays } from './overlays.tsx';
import classes from './shell.module.css';
import { MOD, openPalette, useShortcuts } from './shortcuts.ts';
import { UserMenu } from './user-menu.tsx';

export function Shell() {
  const [opened, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  const mayOrder = useMay('operator');
  useShortcuts();
  useReadAnewOnReturn();

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the menu of narrow windows
  useEffect(close, [pathname]);

  return (
    <AppShell
      header={{ height: { base: 52, md: 0 } }}
      navbar={{ width: 232, breakpoint: 'md', collapsed: { mobile: !opened } }}
      padding={0}
    >
      <a className={classes.skip} href="#main">
        {t('nav.skip')}
      </a>
      <AppShell.Header hiddenFrom="md" className={classes.header}>
        <Group h="100%" px="sm" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              size="sm"
              aria-label={opened ? t('nav.closeMenu') : t('nav.openMenu')}
            />
            <Logo />
          </Group>
          <Group gap="xs" wrap="nowrap">
            <ActionIcon variant="default" size={36} aria-label={t('nav.search')} onClick={openPalette}>
              <IconSearch size={18} />
            </ActionIcon>
            {mayOrder && (
              <ActionIcon component={Link} to="/tasks/new" size={36} aria-label={t('nav.newTask')}>
                <IconPlus size={18} />
              </ActionIcon>
            )}
          </Group>
        </Group>
      </AppShell.Header>

      <AppShell.Navbar className={classes.navbar} aria-label={t('nav.main')}>
        <AppShell.Section p="md" visibleFrom="md">
          <Link to="/" className={classes.home} aria-label={t('nav.home')}>
            <Logo />
          </Link>
        </AppShell.Section>
        <AppShell.Section px="sm" pt={{ base: 'sm', md: 0 }}>
          {mayOrder && (
            <Button component={Link} to="/tasks/new" fullWidth mb={8} leftSection={<IconPlus size={16} />}>
              {t('nav.newTask')}
            </Button>
          )}
          <Button
            variant="default"
            fullWidth
            justify="space-between"
            className={classes.search}
            leftSection={<IconSearch size={16} />}
            rightSection={<Kbd size="xs">{MOD} K</Kbd>}
            onClick={openPalette}
            aria-label={t('nav.search')}
          >
            {t('search')}
          </Button>
        </AppShell.Section>
        <AppShell.Section grow component={ScrollArea} px="sm" className={classes.pages}>
          <Navigation />
        </AppShell.Section>
        <AppShell.Section p="sm" className={classes.foot}>
          <HealthLink />
          <NavLink
            component="a"
            href="/api/docs"
            target="_blank"
            rel="noreferrer"
            label={t('nav.apiReference')}
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
      <Overlays />
      <ScrollRestoration getKey={(location) => location.pathname} />
    </AppShell>
  );
}
