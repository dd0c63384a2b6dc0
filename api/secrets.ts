import { z } from 'zod';
import type { Sealer } from './seal.ts';

/** What lies sealed in the rows. Each sort has a purpose of its own, so that one cannot stand in for another. */
const PURPOSES = {
  account: 'account-secret',
  session: 'account-session',
  proxy: 'proxy-secret',
  challenge: 'challenge-answer',
  webhook: 'webhook-key',
  answer: 'idempotent-answer',
} as const;

export interface SealedColumn {
  table: string;
  column: string;
  purpose: string;
  /** The primary key with its Postgres types; what the bytes are bound to is its values joined by `/`. */
  keys: readonly (readonly [name: string, type: 'uuid' | 'text'])[];
}

const ID = [['id', 'uuid']] as const;

/** Every column that holds sealed bytes: a rotation of the key finds them here. A new one gets one line. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'Account', column: 'secret', purpose: PURPOSES.account, keys: ID },
  { table: 'Account', column: 'session', purpose: PURPOSES.session, keys: ID },
  { table: 'Proxy', column: 'secret', purpose: PURPOSES.proxy, keys: ID },
  { table: 'Challenge', column: 'answer', purpose: PURPOSES.challenge, keys: ID },
  { table: 'Webhook', column: 'secret', purpose: PURPOSES.webhook, keys: ID },
  {
    table: 'IdempotentAnswer',
    column: 'body',
    purpose: PURPOSES.answer,
    keys: [
      ['actorId', 'text'],
      ['operationId', 'text'],
      ['key', 'text'],
    ],
  },
];

const accountLoginSchema = z.object({ password: z.string(), totpSecret: z.string().nullable() });
export type AccountLogin = z.infer<typeof accountLoginSchema>;
const proxySecretSchema = z.object({ password: z.string() });

const challengeAnswerSchema = z.object({ code: z.string() });

type Bytes = Uint8Array<ArrayBuffer>;

export const sealAccountLogin = (sealer: Sealer, accountId: string, login: AccountLogin): Bytes =>
  sealer.seal(PURPOSES.account, accountId, login);

/** @throws SealError when the bytes cannot be opened */
export const openAccountLogin = (sealer: Sealer, accountId: string, sealed: Uint8Array): AccountLogin =>
  accountLoginSchema.parse(sealer.open(PURPOSES.account, accountId, sealed));

/** The login, or null when there is none or its key is lost: then a person has to enter it again. */
export function readAccountLogin(sealer: Sealer, row: { id: string; secret: Uint8Array | null }): AccountLogin | null {
  if (!row.secret) return null;
  try {
    return openAccountLogin(sealer, row.id, row.secret);
  } catch {
    return null;
  }
}

export const sealStorageState = (sealer: Sealer, accountId: string, storageState: unknown): Bytes =>
  sealer.seal(PURPOSES.session, accountId, storageState);

/** @throws SealError when the bytes cannot be opened */
export const openStorageState = (sealer: Sealer, accountId: string, sealed: Uint8Array): unknown =>
  sealer.open(PURPOSES.session, accountId, sealed);

export const sealProxyPassword = (sealer: Sealer, proxyId: string, password: string): Bytes =>
  sealer.seal(PURPOSES.proxy, proxyId, { password });

/** @throws SealError when the bytes cannot be opened */
export const openProxyPassword = (sealer: Sealer, proxyId: string, sealed: Uint8Array): string =>
  proxySecretSchema.parse(sealer.open(PURPOSES.proxy, proxyId, sealed)).password;

/** The code that a person gave, until a host has taken it. */
export const sealChallengeAnswer = (sealer: Sealer, challengeId: string, code: string): Bytes =>
  sealer.seal(PURPOSES.challenge, challengeId, { code });

/** @throws SealError when the bytes cannot be opened */
export const openChallengeAnswer = (sealer: Sealer, challengeId: string, sealed: Uint8Array): string =>
  challengeAnswerSchema.parse(sealer.open(PURPOSES.challenge, challengeId, sealed)).code;

const webhookKeySchema = z.object({ key: z.string() });

/** The key that a webhook's messages are signed with. */
export const sealWebhookKey = (sealer: Sealer, webhookId: string, key: string): Bytes =>
  sealer.seal(PURPOSES.webhook, webhookId, { key });

/** @throws SealError when the bytes cannot be opened */
export const openWebhookKey = (sealer: Sealer, webhookId: string, sealed: Uint8Array): string =>
  webhookKeySchema.parse(sealer.open(PURPOSES.webhook, webhookId, sealed)).key;

export interface AnswerKey {
  actorId: string;
  operationId: string;
  key: string;
}
const answerId = ({ actorId, operationId, key }: AnswerKey): string => `${actorId}/${operationId}/${key}`;

/** The answer to a creating call, kept for when the call comes again. */
export const sealAnswer = (sealer: Sealer, of: AnswerKey, body: unknown): Bytes =>
  sealer.seal(PURPOSES.answer, answerId(of), body);

/** @throws SealError when the bytes cannot be opened */
export const openAnswer = (sealer: Sealer, of: AnswerKey, sealed: Uint8Array): unknown =>
  sealer.open(PURPOSES.answer, answerId(of), sealed);
