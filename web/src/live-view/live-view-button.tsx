import { Button } from '@mantine/core';
import { IconEye, IconHandClick } from '@tabler/icons-react';
import { Suspense, useState } from 'react';
import type { LiveMode } from '../../../contracts/live-view.ts';
import { useMay } from '../api/session.tsx';
import { t } from '../i18n/index.ts';
import { overlay } from '../ui/part.tsx';

// Read when it is opened: most visits never look into a browser.
const LiveView = overlay(async () => (await import('./live-view.tsx')).default);

interface LiveViewButtonProps {
  accountTaskId: string;
  username: string;
  mode: LiveMode;
  /** Whether there is something to open. What is open stays so when there no longer is: it says itself how it ended. */
  offered?: boolean;
}

/** Opens the live view, for those who may. The page around it must name the texts `live`. */
export function LiveViewButton({ accountTaskId, username, mode, offered = true }: LiveViewButtonProps) {
  const [opened, setOpened] = useState(false);
  const may = useMay('operator');
  if (!may) return null;
  const Icon = mode === 'watch' ? IconEye : IconHandClick;
  return (
    <>
      {offered && (
        <Button variant="default" size="xs" leftSection={<Icon size={15} />} onClick={() => setOpened(true)}>
          {t(mode === 'watch' ? 'live:watch' : 'live:takeOver')}
        </Button>
      )}
      {opened && (
        <Suspense>
          <LiveView accountTaskId={accountTaskId} username={username} mode={mode} onClose={() => setOpened(false)} />
        </Suspense>
      )}
    </>
  );
}
