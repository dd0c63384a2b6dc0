import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { TaskError } from '../contracts/errors.ts';
import type { MediaProbe } from '../contracts/media.ts';
import { say } from '../contracts/said.ts';
import type { OwnVariant } from '../contracts/worker-api.ts';
import {
  accountLeaseResource,
  accountSecretSchema,
  evidenceResponseSchema,
  ownVariantsSchema,
  renewLeasesResponseSchema,
  savedMediaSchema,
  variantResponseSchema,
  workerMediaSchema,
} from '../contracts/worker-api.ts';
import { ACCOUNT_LEASE_TTL_MS } from './lease-ttl.ts';
import type { ProxySettings, WorkerLink } from './sessions/link.ts';

/**
 * How a worker host reaches the API. It holds a worker token and no database credentials.
 * A call waits while the API restarts; what the API refuses is not asked again.
 */
const PATIENCE_MS = 45_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 4_000;

export interface LinkOptions {
  apiUrl: string;
  workerToken: string;
  /** Headers that tell the API which trace a call belongs to. */
  traceHeaders?(): Record<string, string>;
}

/** The API's own refusal of a call. */
export class LinkRefused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'LinkRefused';
  }
}

export interface HostLink extends WorkerLink {
  /** Bytes of an asset or variant by their hash. */
  fetchMedia(sha256: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  saveVariant(variant: {
    assetId: string;
    recipeHash: string;
    recipe: unknown;
    probe: MediaProbe;
    ssim?: number;
    /** Whose rendition it is, where it is theirs alone. */
    accountTaskId?: string;
    file: Blob;
  }): Promise<{ sha256: string; bytes: number }>;
  /** What has been rendered for an account task already, by whatever host. */
  ownVariants(accountTaskId: string): Promise<OwnVariant[]>;
  /** What the library knows of a file. @throws TaskError `MediaRejected` when it has been deleted */
  mediaAsset(mediaId: string): Promise<{ sha256: string; fileName: string; kind: string }>;
  /** Keeps a file in the media library; the same bytes are the same file. @returns its id there */
  saveMedia(media: { fileName: string; file: Blob }): Promise<{ mediaId: string; kind: 'video' | 'image' }>;
  /** A JSON call; the answer is held against `schema`. */
  call<T>(method: string, path: string, body: unknown, schema: z.ZodType<T>): Promise<T>;
  /** What a web socket to the API is opened with. */
  socketTo(path: string): { url: URL; headers: Readonly<Record<string, string>> };
}

export function createLink({ apiUrl, workerToken, traceHeaders = () => ({}) }: LinkOptions): HostLink {
  const headers = { authorization: `Bearer ${workerToken}` };

  /** @throws LinkRefused on 4xx, TaskError `Unavailable` when the API stays away */
  async function request(path: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
    const until = Date.now() + PATIENCE_MS;
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      let fault: string;
      try {
        const response = await fetch(`${apiUrl}${path}`, {
          ...init,
          headers: { ...headers, ...traceHeaders(), ...init.headers },
          ...(signal ? { signal } : {}),
        });
        if (response.ok) return response;
        const problem = (await response.json().catch(() => ({}))) as { detail?: string; title?: string };
        fault = problem.detail ?? problem.title ?? `status ${response.status}`;
        if (response.status < 500 && response.status !== 429) throw new LinkRefused(response.status, fault);
      } catch (error) {
        if (error instanceof LinkRefused) throw error;
        signal?.throwIfAborted();
        fault = error instanceof Error ? error.message : String(error);
      }
      if (Date.now() + wait > until) throw new TaskError('Unavailable', say('link.silent', { why: fault }));
      await sleep(wait, undefined, signal ? { signal } : {});
    }
  }

  async function call<T>(method: string, path: string, body: unknown, schema: z.ZodType<T>): Promise<T> {
    const response = await request(path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    return schema.parse(text === '' ? undefined : JSON.parse(text));
  }

  async function upload<T>(path: string, meta: unknown, file: Blob, schema: z.ZodType<T>): Promise<T> {
    const form = new FormData();
    form.set('meta', JSON.stringify(meta));
    form.set('file', file, 'file');
    const response = await request(path, { method: 'POST', body: form });
    return schema.parse(await response.json());
  }

  return {
    call,
    socketTo: (path) => ({ url: new URL(path, apiUrl.replace(/^http/, 'ws')), headers }),

    async accountSecret({ accountId, fencingToken }) {
      const secret = await call(
        'POST',
        `/api/worker/accounts/${accountId}/secret`,
        { fencingToken },
        accountSecretSchema,
      ).catch((error: unknown) => {
        if (error instanceof LinkRefused) throw new TaskError('Unavailable', error.message);
        throw error;
      });
      return {
        ...secret,
        proxy: secret.proxy && proxySettings(secret.proxy),
        storageState: secret.storageState ?? null,
      };
    },

    async saveSession({ accountId, fencingToken, storageState, loggedIn }) {
      await request(`/api/worker/accounts/${accountId}/session`, {
        method: 'PUT',
        body: JSON.stringify({ fencingToken, storageState, loggedIn }),
        headers: { 'content-type': 'application/json' },
      });
    },

    async renewLease({ accountId, fencingToken }) {
      const resource = accountLeaseResource(accountId);
      const leases = [{ resource, fencingToken }];
      const body = { leases, ttlMs: ACCOUNT_LEASE_TTL_MS };
      const { renewed } = await call('POST', '/api/worker/leases/renew', body, renewLeasesResponseSchema);
      return renewed.includes(resource);
    },

    async saveEvidence({ accountTaskId, step, kind, buffer, contentType }) {
      const file = new Blob([new Uint8Array(buffer)], { type: contentType });
      const { id } = await upload('/api/worker/evidence', { accountTaskId, step, kind }, file, evidenceResponseSchema);
      return id;
    },

    async fetchMedia(sha256, signal) {
      try {
        const response = await request(`/api/media/by-hash/${sha256}/content`, {}, signal);
        if (!response.body) throw new TaskError('Unavailable', 'The media file came without content.');
        return response.body;
      } catch (error) {
        if (error instanceof LinkRefused && error.status === 404) {
          throw new TaskError('MediaRejected', 'The media file has been deleted.');
        }
        throw error;
      }
    },

    async mediaAsset(mediaId) {
      try {
        return await call('GET', `/api/worker/media/${mediaId}`, undefined, workerMediaSchema);
      } catch (error) {
        if (error instanceof LinkRefused && error.status === 404) {
          throw new TaskError('MediaRejected', 'The media file has been deleted.');
        }
        throw error;
      }
    },

    async saveMedia({ fileName, file }) {
      return upload('/api/worker/media', { fileName }, file, savedMediaSchema);
    },

    async ownVariants(accountTaskId) {
      const path = `/api/worker/account-tasks/${accountTaskId}/variants`;
      return (await call('GET', path, undefined, ownVariantsSchema)).variants;
    },

    async saveVariant({ file, ...meta }) {
      return upload('/api/worker/variants', meta, file, variantResponseSchema);
    },
  };
}

function proxySettings(proxy: { server: string; username: string | null; password: string | null }): ProxySettings {
  return {
    server: proxy.server,
    ...(proxy.username === null ? {} : { username: proxy.username }),
    ...(proxy.password === null ? {} : { password: proxy.password }),
  };
}
