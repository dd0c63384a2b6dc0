import { IconLock } from '@tabler/icons-react';
import { t } from '../../i18n/index.ts';
import { Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';

export function NotAllowed() {
  return (
    <Page title={t('nav.newTask')} parent={{ to: '/tasks', label: t('nav.tasks') }}>
      <Notice icon={IconLock} title={t('forbidden.title')} color="orange">
        {t('newTask:notAllowed')}
      </Notice>
    </Page>
  );
}
