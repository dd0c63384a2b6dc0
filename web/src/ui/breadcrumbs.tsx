import { Anchor, Breadcrumbs as Crumbs, Text } from '@mantine/core';
import { Link } from 'react-router';
import { t } from '../i18n/index.ts';
import classes from './page.module.css';

export interface Crumb {
  label: string;
  /** Nothing for the page itself, which comes last. */
  to?: string;
}

/** The way from the list down to the page, each step a link. */
export function Breadcrumbs({ crumbs }: { crumbs: readonly Crumb[] }) {
  return (
    <nav aria-label={t('breadcrumbs.label')} className={classes.crumbs}>
      <Crumbs separatorMargin={6}>
        {crumbs.map(({ label, to }) =>
          to === undefined ? (
            <Text key={label} size="sm" c="dimmed" truncate maw={320} aria-current="page">
              {label}
            </Text>
          ) : (
            <Anchor key={to} component={Link} to={to} size="sm">
              {label}
            </Anchor>
          ),
        )}
      </Crumbs>
    </nav>
  );
}
