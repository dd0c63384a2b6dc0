import { type ComponentType, useEffect, useRef } from 'react';
import { Navigate, NavLink, useParams } from 'react-router';
import { useMayRank } from '../../api/session.tsx';
import { t } from '../../i18n/index.ts';
import type { PlainKey } from '../../i18n/resources.ts';
import type { Role } from '../../pages.tsx';
import { ForbiddenNotice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { AccessSection } from './access-section.tsx';
import { AlertsSection } from './alerts-section.tsx';
import { OwnSection } from './own-section.tsx';
import { PeopleSection } from './people-section.tsx';
import { RetentionSection } from './retention-section.tsx';
import classes from './settings.module.css';
import { TokensSection } from './tokens-section.tsx';

interface Section {
  path: string;
  title: PlainKey;
  role: Role;
  Body: ComponentType;
}

const SECTIONS: readonly Section[] = [
  { path: 'own', title: 'settings:own', role: 'viewer', Body: OwnSection },
  { path: 'people', title: 'settings:people', role: 'admin', Body: PeopleSection },
  { path: 'tokens', title: 'settings:tokens', role: 'admin', Body: TokensSection },
  { path: 'access', title: 'settings:access', role: 'admin', Body: AccessSection },
  { path: 'alerts', title: 'settings:alerts', role: 'admin', Body: AlertsSection },
  { path: 'retention', title: 'settings:retention', role: 'admin', Body: RetentionSection },
];

/** One's own sign-in, and for admins what holds for everybody. Each section has an address of its own. */
export function SettingsPage() {
  const { section } = useParams();
  const may = useMayRank();
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a narrow screen the sections scroll sideways, and the one that is shown may be out of it.
    if (section) nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [section]);
  const shown = SECTIONS.find(({ path }) => path === section);
  if (!shown) return <Navigate to="/settings/own" replace />;
  const { Body, role } = shown;
  return (
    <Page title={t('nav.settings')}>
      <div className={classes.layout}>
        <nav ref={nav} className={classes.sections} aria-label={t('nav.settings')}>
          {SECTIONS.filter((one) => may(one.role)).map(({ path, title }) => (
            <NavLink key={path} to={`/settings/${path}`} className={classes.section ?? ''}>
              {t(title)}
            </NavLink>
          ))}
        </nav>
        <div className={classes.body}>{may(role) ? <Body /> : <ForbiddenNotice role={role} />}</div>
      </div>
    </Page>
  );
}
