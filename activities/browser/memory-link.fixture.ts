import type { Credentials } from '../platforms/driver.ts';
import type { AccountSecret, EvidenceFile, StorageState, WorkerLink } from '../sessions/link.ts';

export interface MemoryLink extends WorkerLink {
  files: EvidenceFile[];
  saved: StorageState[];
  renewals: number;
  /** What the next renewals answer. */
  leaseIsOurs: boolean;
  answersRenewals: boolean;
  /** A person answers the challenge: the next one who asks for the secret gets it. */
  answer(code: string): void;
}

/** The rest of the system, for tests of a host: one account, kept in memory. */
export function memoryLink(account: Credentials, more: Partial<AccountSecret> = {}): MemoryLink {
  const secret: AccountSecret = {
    platform: 'sandbox',
    proxy: null,
    storageState: null,
    challengeAnswer: null,
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
    answer(code) {
      secret.challengeAnswer = code;
    },
    accountSecret: async () => {
      const given = structuredClone(secret);
      secret.challengeAnswer = null;
      return given;
    },
    async saveSession({ storageState }) {
      link.saved.push(storageState as StorageState);
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
