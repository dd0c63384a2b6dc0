import { useMutation } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { useKinds } from '../../api/bulk.ts';
import { ApiError } from '../../api/problem.ts';
import { accountsToCheck } from '../../api/proxies.ts';
import { useMay } from '../../api/session.tsx';
import type { ProxyItem } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { sayFailed } from '../../ui/toast.tsx';

/** The kind of bulk task that checks proxies. */
const KIND = 'proxy-diag';
/** Where its own settings are, such as the repair. */
const PARAMS_STEP = 1;

/** Leads to a bulk task that checks proxies, filled in but for what is up to the person. */
export function useCheckProxies() {
  const kinds = useKinds();
  const mayOrder = useMay('operator');
  const navigate = useNavigate();
  const gather = useMutation({
    mutationFn: accountsToCheck,
    onSuccess: (ids) => {
      if (ids.length > 0)
        void navigate(`/tasks/new/${KIND}`, { state: { draft: { mode: 'ids', ids }, step: PARAMS_STEP } });
      else sayFailed(new ApiError(0, t('proxies:nobody')), t('proxies:nothingToCheck'));
    },
    onError: (error) => sayFailed(error),
  });
  return {
    // Until the kinds are known it keeps its place; what it leads to waits for them.
    available: mayOrder && (kinds.data?.some(({ name }) => name === KIND) ?? true),
    busy: gather.isPending,
    start: (proxies: readonly ProxyItem[] | 'all') => gather.mutate(proxies),
  };
}
