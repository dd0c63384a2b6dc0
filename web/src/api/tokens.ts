import { useQuery } from '@tanstack/react-query';
import { useChange } from './change.ts';
import { api, unwrap } from './client.ts';
import type { NewToken } from './types.ts';

const TOKENS = ['tokens'];
const WORKER_TOKENS = ['worker-tokens'];

export const useTokens = () => useQuery({ queryKey: TOKENS, queryFn: () => unwrap(api.GET('/api/tokens')) });
export const useWorkerTokens = () =>
  useQuery({ queryKey: WORKER_TOKENS, queryFn: () => unwrap(api.GET('/api/worker-tokens')) });

/** The answer holds the token's text: it is shown once. */
export const useMakeToken = () => useChange(TOKENS, (body: NewToken) => unwrap(api.POST('/api/tokens', { body })));
export const useMakeWorkerToken = () =>
  useChange(WORKER_TOKENS, (name: string) => unwrap(api.POST('/api/worker-tokens', { body: { name } })));

export const useRevokeToken = () =>
  useChange(TOKENS, (id: string) => unwrap(api.DELETE('/api/tokens/{id}', { params: { path: { id } } })));
export const useRevokeWorkerToken = () =>
  useChange(WORKER_TOKENS, (id: string) => unwrap(api.DELETE('/api/worker-tokens/{id}', { params: { path: { id } } })));
