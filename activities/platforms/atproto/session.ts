import type { AtpSessionData } from '@atproto/api';
import { Agent, CredentialSession } from '@atproto/api';
import { z } from 'zod';
import { TaskError } from '../../../contracts/errors.ts';
import type { ApiHandle } from '../driver.ts';

/** What is kept of a session: the tokens, the server that the account lives on, and the name it was made with. */
const storedSchema = z.object({
  identifier: z.string(),
  pdsUrl: z.url().nullable(),
  session: z.looseObject({
    did: z.string(),
    handle: z.string(),
    accessJwt: z.string(),
    refreshJwt: z.string(),
    active: z.boolean().default(true),
  }),
});

export interface Account {
  agent: Agent;
  session: CredentialSession;
  did: string;
}

export interface Connection {
  /** Address of the server that knows the account's name. */
  service: string;
  /** The step's: every request ends with it. */
  signal: AbortSignal;
}

interface ClientOptions extends Connection {
  identifier: string;
}

/** A client that keeps every change of its session in the handle: a refresh token can be used once. */
function clientFor(handle: ApiHandle, { service, signal, identifier }: ClientOptions): CredentialSession {
  const send: typeof handle.fetch = (address, init) => handle.fetch(address, { ...init, signal });
  const client: CredentialSession = new CredentialSession(new URL(service), send, (event, session) => {
    if (event === 'create' || event === 'update') {
      handle.keepSession({ identifier, pdsUrl: client.pdsUrl?.href ?? null, session: session ?? null });
    }
    if (event === 'expired') handle.keepSession(null);
  });
  return client;
}

/** @throws XRPCError as the server refuses it */
export async function createSession(
  handle: ApiHandle,
  connection: Connection,
  { identifier, password, code }: { identifier: string; password: string; code: string | undefined },
): Promise<AtpSessionData | undefined> {
  const client = clientFor(handle, { ...connection, identifier });
  await client.login({
    identifier: identifier.replace(/^@/, ''),
    password,
    ...(code === undefined ? {} : { authFactorToken: code.trim() }),
  });
  return client.session;
}

async function isExpired(response: Response): Promise<boolean> {
  if (response.status === 401) return true;
  if (response.status !== 400) return false;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  return z.object({ error: z.literal('ExpiredToken') }).safeParse(body).success;
}

/** Who the stored session is for: the name that it was made with; null without a session. */
export function identifierOf(handle: ApiHandle): string | null {
  const stored = storedSchema.safeParse(handle.readSession());
  return stored.success ? stored.data.identifier : null;
}

/**
 * The account of the handle's stored session. Its calls carry the access token, and once renew it where it has expired.
 *
 * The client's own way of sending makes a `Request` first, which holds a whole upload in memory; here a file stays a
 * file until it is sent.
 * @throws TaskError `SessionExpired` where nothing is stored
 */
export function accountOf(handle: ApiHandle, connection: Connection): Account {
  const stored = storedSchema.safeParse(handle.readSession());
  if (!stored.success) throw new TaskError('SessionExpired', 'There is no session; a log-in has to come first.');
  const { identifier, pdsUrl, session } = stored.data;
  const client = clientFor(handle, { ...connection, identifier });
  client.session = session;
  if (pdsUrl !== null) client.pdsUrl = new URL(pdsUrl);

  async function send(path: string, init?: RequestInit): Promise<Response> {
    const headers = new Headers(init?.headers);
    const token = client.session?.accessJwt;
    if (token) headers.set('authorization', `Bearer ${token}`);
    return client.fetch(new URL(path, client.dispatchUrl), { ...init, headers });
  }

  async function fetchHandler(path: string, init?: RequestInit): Promise<Response> {
    const response = await send(path, init);
    if (!(await isExpired(response))) return response;
    await response.body?.cancel();
    await client.refreshSession();
    return send(path, init);
  }

  const agent = new Agent({ did: session.did as `did:${string}:${string}`, fetchHandler });
  return { agent, session: client, did: session.did };
}
