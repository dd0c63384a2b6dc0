import type { Credentials } from '../platforms/driver.ts';
import type { AccountSecret, EvidenceFile, StorageState, WorkerLink } from './link.ts';

export interface MemoryLink extends WorkerLink {
  files: EvidenceFile[];
  saved: StorageState[];
  renewals: number;
  /** What the next renewals answer. */
  leaseIsOurs: boolean;
  answersRenewals: boolean;
}

/** The rest of the system, for tests of a host: one account, kept in memory. */
export function memoryLink(account: Credentials, more: Partial<AccountSecret> = {}): MemoryLink {
  const secret: AccountSecret = {
    platform: 'sandbox',
    proxy: null,
    storageState: null,
    timeZone: 'Europe/Berlin',
    ...account,
    ...more,
  };
  const link: MemoryLink = {
    files: [],
    saved: [],
    renewals: 0,
    leaseIsOurs: true,
    answersRenewals: true,
    accountSecret: async () => structuredClone(secret),
    async saveSession({ storageState }) {
      link.saved.push(storageState);
      secret.storageState = storageState;
    },
    async renewLease() {
      link.renewals += 1;
      if (!link.answersRenewals) throw new Error('nobody there');
      return link.leaseIsOurs;
    },
    async saveEvidence(file) {
      link.files.push(file);
      return `evidence-${link.files.length}`;
    },
  };
  return link;
}
