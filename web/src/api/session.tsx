import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useCallback, useEffect } from 'react';
import { api, setCsrf, setUnauthorizedListener, unwrap } from './client.ts';
import { ApiError } from './problem.ts';
import type { Me, SignIn } from './types.ts';

const ME_KEY = ['me'];

const meQuery = {
  queryKey: ME_KEY,
  queryFn: async (): Promise<Me | null> => {
    try {
      const me = await unwrap(api.GET('/api/auth/me'));
      setCsrf(me.csrf);
      return me;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
};

/** After something changed about oneself. */
export function useRefreshMe() {
  const client = useQueryClient();
  return (): Promise<void> => client.invalidateQueries({ queryKey: ME_KEY });
}

/** Who is signed in: `null` for nobody, `undefined` while it is not known. */
export function useMeQuery(enabled = true) {
  const client = useQueryClient();
  useEffect(() => setUnauthorizedListener(() => client.setQueryData(ME_KEY, null)), [client]);
  return useQuery({ ...meQuery, enabled });
}

export function useSignIn() {
  const client = useQueryClient();
  return async (given: SignIn): Promise<void> => {
    const me = await unwrap(api.POST('/api/auth/sign-in', { body: given }));
    setCsrf(me.csrf);
    client.setQueryData(ME_KEY, me);
  };
}

export function useSignOut() {
  const client = useQueryClient();
  return async (): Promise<void> => {
    await unwrap(api.POST('/api/auth/sign-out')).catch(() => undefined);
    setCsrf('');
    client.setQueryData(ME_KEY, null);
    // What this person has read is not for whoever signs in next.
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== ME_KEY[0] });
  };
}

const MeContext = createContext<Me | null>(null);

export function MeProvider({ me, children }: { me: Me; children: ReactNode }) {
  return <MeContext value={me}>{children}</MeContext>;
}

export function useMe(): Me {
  const me = use(MeContext);
  if (!me) throw new Error('This page is shown to signed-in people only.');
  return me;
}

const RANK = { viewer: 0, operator: 1, admin: 2 } as const;

/** Tells of a role whether the signed-in person may do what it may. */
export function useMayRank(): (role: keyof typeof RANK) => boolean {
  const { role: own } = useMe();
  return useCallback((role) => RANK[own] >= RANK[role], [own]);
}

/** Whether the signed-in person may do what this role may. */
export const useMay = (role: keyof typeof RANK): boolean => useMayRank()(role);
