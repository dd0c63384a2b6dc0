import { Anchor, Group, Stack, Title } from '@mantine/core';
import { IconChevronLeft } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link, useLocation } from 'react-router';
import { Breadcrumbs, type Crumb } from './breadcrumbs.tsx';
import classes from './page.module.css';

interface PageProps {
  title: string;
  /** In place of the plain title. */
  heading?: ReactNode;
  /** The list that the page belongs to. */
  parent?: { to: string; label: string };
  /** The way down to the page where `parent` alone does not tell it. */
  crumbs?: readonly Crumb[];
  actions?: ReactNode;
  children: ReactNode;
}

/** The frame of every page: document title, heading, actions. */
export function Page({ title, heading, parent, crumbs, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Flotilla`;
  }, [title]);
  const frame = useRef<HTMLDivElement>(null);
  const arrived = useLocation().key !== 'default';
  // After a link or a key, readers of the screen begin at the page's heading; a field that took the focus keeps it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each page
  useEffect(() => {
    if (!arrived || document.activeElement?.closest('#main, [role="dialog"]')) return;
    const title = frame.current?.querySelector('h1');
    title?.setAttribute('tabindex', '-1');
    title?.focus({ preventScroll: true });
  }, []);
  return (
    <Stack gap="lg" className={classes.page} ref={frame}>
      <div>
        {crumbs && <Breadcrumbs crumbs={crumbs} />}
        {parent && (
          <Anchor component={Link} to={parent.to} size="sm" className={classes.back}>
            <IconChevronLeft size={15} aria-hidden /> {parent.label}
          </Anchor>
        )}
        <Group justify="space-between" align="center" gap="sm" mih={36}>
          {heading ?? <Title order={1}>{title}</Title>}
          {actions && <Group gap="xs">{actions}</Group>}
        </Group>
      </div>
      {children}
    </Stack>
  );
}

/** One quiet pair of a name and a value. */
export function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export const Facts = ({ children }: { children: ReactNode }) => <dl className={classes.facts}>{children}</dl>;
