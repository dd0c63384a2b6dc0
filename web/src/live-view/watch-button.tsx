import type { AccountTaskState } from '../../../contracts/states.ts';
import { LiveViewButton } from './live-view-button.tsx';

interface Watched {
  id: string;
  username: string;
  hasPages: boolean;
  state: AccountTaskState;
}

/** To watch an account task while a step of it is in a browser; nothing where its platform has no pages. */
export function WatchButton({ row: { id, username, hasPages, state } }: { row: Watched }) {
  if (!hasPages) return null;
  return <LiveViewButton accountTaskId={id} username={username} mode="watch" offered={state === 'running'} />;
}
