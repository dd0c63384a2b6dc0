import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useRouteError } from 'react-router';
import { t } from '../i18n/index.ts';
import { ErrorNotice } from '../ui/notices.tsx';
import { reload } from '../ui/part.tsx';

/** In place of a page that broke. */
export function RouteError() {
  const error = useRouteError();
  return (
    <>
      <ErrorNotice error={error} />
      <Button
        mx="auto"
        display="block"
        variant="default"
        leftSection={<IconRefresh size={16} />}
        onClick={() => void reload()}
      >
        {t('error.reload')}
      </Button>
    </>
  );
}
