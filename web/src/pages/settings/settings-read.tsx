import type { ReactNode } from 'react';
import { useSettings } from '../../api/settings.ts';
import type { Settings } from '../../api/types.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { BlockSkeleton } from '../../ui/skeletons.tsx';

/** What admins have set, once it was read. @param height of what will stand there, pixels */
export function SettingsRead({ height, children }: { height: number; children(settings: Settings): ReactNode }) {
  const settings = useSettings();
  if (settings.data) return children(settings.data);
  if (settings.error) return <ErrorNotice error={settings.error} onRetry={() => void settings.refetch()} />;
  return <BlockSkeleton height={height} />;
}
