import type { ReactNode } from 'react';
import { useMay } from '../api/session.tsx';
import { t } from '../i18n/index.ts';
import type { Role } from '../pages.tsx';
import { ForbiddenNotice } from '../ui/notices.tsx';
import { Page } from '../ui/page.tsx';

/** A page for those who may see it; others read why not, instead of a list that stays empty. */
export function ForRole({ role, children }: { role: Role; children: ReactNode }) {
  if (useMay(role)) return children;
  return (
    <Page title={t('forbidden.title')} heading={<span />}>
      <ForbiddenNotice role={role} />
    </Page>
  );
}
