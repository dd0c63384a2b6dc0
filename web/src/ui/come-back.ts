import { useCallback } from 'react';
import { useNavigate, useSearchParams } from 'react-router';

/** Put into an address, it has whatever opens there lead back to the first steps when it closes. */
export const FROM_GUIDE = 'from=guide';

/**
 * For pages whose dialogs the first steps open by their address.
 * @returns whether they did, and what to do when the dialog closes: back to them, or as the page has it
 */
export function useComeBack(): { guided: boolean; close(otherwise: () => void): void } {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const guided = search.get('from') === 'guide';
  const close = useCallback(
    (otherwise: () => void): void => {
      // In place of the dialog's address: the back button is not to open it again.
      if (guided) void navigate('/', { replace: true });
      else otherwise();
    },
    [guided, navigate],
  );
  return { guided, close };
}
