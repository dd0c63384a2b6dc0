import { z } from 'zod';
import { TaskError } from '../../contracts/errors.ts';
import {
  type AccountProxy,
  accountProxySchema,
  type proxyCheckRequestSchema,
  type proxyRepairRequestSchema,
  type proxySwitchRequestSchema,
  proxySwitchSchema,
} from '../../contracts/worker-api.ts';
import { type HostLink, LinkRefused } from '../link.ts';
import type { LeaseProof } from '../sessions/link.ts';

type Without<Schema extends z.ZodType> = Omit<z.input<Schema>, 'fencingToken'>;

/** What a network worker asks of the API about the proxy of an account whose lease it serves. */
export interface ProxyLink {
  /** @param repairOf an account task that may have repaired it */
  read(proof: LeaseProof, repairOf?: string): Promise<AccountProxy>;
  record(proof: LeaseProof, check: Without<typeof proxyCheckRequestSchema>): Promise<void>;
  repair(proof: LeaseProof, repair: Without<typeof proxyRepairRequestSchema>): Promise<void>;
  /** @returns the proxy that the account has now, with nulls when no spare is free */
  switch(
    proof: LeaseProof,
    wanted: Without<typeof proxySwitchRequestSchema>,
  ): Promise<z.infer<typeof proxySwitchSchema>>;
}

/**
 * Its calls throw a TaskError: `Unavailable` when the proxy was edited in the meantime, so that it is looked at again,
 * `InvalidInput` when the account has none any more.
 */
export function createProxyLink({ call }: Pick<HostLink, 'call'>): ProxyLink {
  async function post<T>({ accountId, fencingToken }: LeaseProof, path: string, body: object, schema: z.ZodType<T>) {
    try {
      return await call('POST', `/api/worker/accounts/${accountId}/proxy${path}`, { fencingToken, ...body }, schema);
    } catch (error) {
      if (!(error instanceof LinkRefused)) throw error;
      throw new TaskError(error.status === 409 ? 'Unavailable' : 'InvalidInput', error.message);
    }
  }
  return {
    read: (proof, repairOf) => post(proof, '', repairOf === undefined ? {} : { repairOf }, accountProxySchema),
    record: (proof, check) => post(proof, '/checks', check, z.undefined()),
    repair: (proof, repair) => post(proof, '/repair', repair, z.undefined()),
    switch: (proof, wanted) => post(proof, '/switch', wanted, proxySwitchSchema),
  };
}
