import type { BrowserContext } from 'playwright-core';
import type { LogInReason } from '../../contracts/worker-api.ts';

/** Cookies and local storage of one account, as Playwright reads and writes them. */
export type StorageState = Awaited<ReturnType<BrowserContext['storageState']>>;

export interface ProxySettings {
  /** Scheme, host and port, e.g. `http://10.0.0.1:8080` or `socks5://10.0.0.1:1080`. */
  server: string;
  username?: string;
  password?: string;
}

/** Everything that a host needs to act as one account. Stays in memory for the length of a session. */
export interface AccountSecret {
  platform: string;
  /** Address of the platform, where it is not the usual one. */
  baseUrl?: string;
  username: string;
  password: string;
  totpSecret: string | null;
  email: string | null;
  proxy: ProxySettings | null;
  /** The stored session as the account's driver left it: Playwright's storageState, or an API driver's tokens. */
  storageState: unknown;
  /** A person's answer to the challenge that parked the account; it is given out once. */
  challengeAnswer: string | null;
  /** IANA name, e.g. `Europe/Berlin`. */
  timeZone: string;
}

/** Names the account and proves by the lease's fencing token that this host may act as it. */
export interface LeaseProof {
  accountId: string;
  fencingToken: string;
}

export interface EvidenceFile {
  accountTaskId: string;
  /** Which step failed, e.g. `publish`. */
  step: string;
  kind: 'screenshot' | 'trace';
  buffer: Buffer;
  contentType: string;
}

/** What a browser host asks of the rest of the system. It holds no database credentials; this is all it can do. */
export interface WorkerLink {
  /** @throws when the fencing token is not the current one of the account's lease */
  accountSecret(proof: LeaseProof): Promise<AccountSecret>;
  saveSession(input: LeaseProof & { storageState: unknown; loggedIn?: LogInReason }): Promise<void>;
  /** @returns false when the lease belongs to somebody else now, or to nobody */
  renewLease(proof: LeaseProof): Promise<boolean>;
  /** @returns the evidence id */
  saveEvidence(file: EvidenceFile): Promise<string>;
}
