import { Alert } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useStreamStatus } from '../api/live.ts';
import { t } from '../i18n/index.ts';

/** Short losses heal by themselves before anyone needs to know. */
const PATIENCE_MS = 1_500;

export function ConnectionHint() {
  const offline = useStreamStatus() === 'offline';
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!offline) {
      setShown(false);
      return undefined;
    }
    const timer = setTimeout(() => setShown(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [offline]);
  if (!shown) return null;
  return (
    <Alert color="orange" variant="light" radius={0} py="xs" icon={<IconPlugConnectedX size={18} />} role="status">
      {t('offline.hint')}
    </Alert>
  );
}
