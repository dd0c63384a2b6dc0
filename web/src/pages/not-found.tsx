import { Button } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { Link } from 'react-router';
import { t } from '../i18n/index.ts';
import { Notice } from '../ui/notices.tsx';
import { Page } from '../ui/page.tsx';

export function NotFoundPage() {
  return (
    <Page title={t('notFound.title')} heading={<span />}>
      <Notice
        icon={IconMapOff}
        title={t('notFound.page')}
        color="gray"
        action={
          <Button component={Link} to="/" variant="default">
            {t('notFound.overview')}
          </Button>
        }
      >
        {t('notFound.text')}
      </Notice>
    </Page>
  );
}
