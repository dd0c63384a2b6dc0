import { Button } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { t } from '../../i18n/index.ts';

/** Leads to the run in Temporal Web. */
export function RunButton({ href }: { href: string }) {
  return (
    <Button
      component="a"
      href={href}
      target="_blank"
      rel="noreferrer"
      variant="default"
      size="xs"
      rightSection={<IconExternalLink size={14} />}
    >
      {t('task:runInTemporal')}
    </Button>
  );
}
