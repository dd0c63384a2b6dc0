import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useRouteError } from 'react-router';
import { messageOf } from '../api/problem.ts';
import { t } from '../i18n/index.ts';
import { ErrorNotice } from '../ui/notices.tsx';

/** After an update the parts of the old dashboard are gone from the server; only a reload brings the new ones. */
const isStalePart = (error: unknown): boolean => /dynamically imported module|module script/i.test(messageOf(error));

export function RouteError() {
  const error = useRouteError();
  if (isStalePart(error)) {
    return <ErrorNotice error={new Error(t('error.stalePart'))} onRetry={() => window.location.reload()} />;
  }
  return (
    <>
      <ErrorNotice error={error} />
      <Button
        mx="auto"
        display="block"
        variant="default"
        leftSection={<IconRefresh size={16} />}
        onClick={() => window.location.reload()}
      >
        {t('error.reload')}
      </Button>
    </>
  );
}
