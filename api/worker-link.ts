import type { Request } from 'express';
import { z } from 'zod';
import { renewLeases } from '../activities/leases.ts';
import type { MediaStore, StoredFile } from '../activities/media/store.ts';
import { TaskError } from '../contracts/errors.ts';
import { say } from '../contracts/said.ts';
import * as contract from '../contracts/worker-api.ts';
import type { Deps } from './deps.ts';
import { keepEvidence, removeUnusedEvidence } from './door/evidence.ts';
import { asSql, query, queryOne } from './door/sql.ts';
import { fieldErrors } from './field-errors.ts';
import { removeUnused } from './media-files.ts';
import { cleanName, keepMedia } from './media-upload.ts';
import { fileTooLarge, type MultipartOptions, receiveFile } from './multipart.ts';
import { badRequest, conflict, notFound } from './problem.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';
import {
  openAccountLogin,
  openChallengeAnswer,
  openProxyPassword,
  openStorageState,
  sealStorageState,
} from './secrets.ts';

const TAGS = ['Worker link'];
const EVIDENCE_BYTES = 50 * 1024 ** 2;
/** A stored session of a browser holds cookies and local storage; megabytes of it are no session. */
const SESSION_BYTES = 8 * 1024 ** 2;
const accountParams = z.object({ accountId: z.uuid() });

const LOST = { 409: { description: 'The lease on the account is lost' } };
const leaseLost = () => conflict('The lease on this account is lost: it has expired, or another run holds it.');

interface SecretRow {
  id: string;
  platform: string;
  username: string;
  email: string | null;
  timeZone: string;
  secret: Uint8Array | null;
  session: Uint8Array | null;
  proxyId: string | null;
  protocol: string | null;
  host: string | null;
  port: number | null;
  proxyUsername: string | null;
  proxySecret: Uint8Array | null;
  challengeId: string | null;
  answer: Uint8Array | null;
}

/**
 * Account and proxy in one statement with the lease that allows to read them. A person's code is given out once: it is
 * deleted in the same statement, and so is every older one. Codes of platforms live for minutes.
 */
const SECRET = `
  WITH held AS (
    SELECT 1 FROM "Lease" WHERE resource = $2 AND "fencingToken" = $3::bigint AND "expiresAt" > now()
  ), given AS (
    SELECT id, answer, "answeredAt" FROM "Challenge"
    WHERE "accountId" = $1::uuid AND state = 'answered' AND answer IS NOT NULL AND EXISTS (SELECT 1 FROM held)
    FOR UPDATE
  ), taken AS (
    UPDATE "Challenge" SET answer = NULL WHERE id IN (SELECT id FROM given)
  ), code AS (
    SELECT id, answer FROM given WHERE "answeredAt" > now() - interval '15 minutes'
    ORDER BY "answeredAt" DESC LIMIT 1
  )
  SELECT a.id, a.platform, a.username, a.email, a."timeZone", a.secret, a.session, a."proxyId",
    p.protocol, p.host, p.port, p.username AS "proxyUsername", p.secret AS "proxySecret",
    code.id AS "challengeId", code.answer
  FROM held JOIN "Account" a ON a.id = $1::uuid LEFT JOIN "Proxy" p ON p.id = a."proxyId" LEFT JOIN code ON true`;

function proxyOf({ sealer }: Deps, row: SecretRow): contract.AccountSecret['proxy'] {
  if (!row.proxyId || !row.host) return null;
  const host = row.host.includes(':') && !row.host.startsWith('[') ? `[${row.host}]` : row.host;
  return {
    server: `${row.protocol}://${host}:${row.port}`,
    username: row.proxyUsername,
    password: row.proxySecret ? openProxyPassword(sealer, row.proxyId, row.proxySecret) : null,
  };
}

async function readSecret(deps: Deps, accountId: string, fencingToken: string): Promise<contract.AccountSecret> {
  const resource = contract.accountLeaseResource(accountId);
  const row = await queryOne<SecretRow>(deps.db, SECRET, accountId, resource, fencingToken);
  if (!row) throw leaseLost();
  if (!row.secret) throw notFound('The account has no password; edit the account first.');
  return {
    platform: row.platform,
    username: row.username,
    ...openAccountLogin(deps.sealer, row.id, row.secret),
    email: row.email,
    timeZone: row.timeZone,
    proxy: proxyOf(deps, row),
    storageState: row.session ? openStorageState(deps.sealer, row.id, row.session) : null,
    challengeAnswer:
      row.challengeId && row.answer ? openChallengeAnswer(deps.sealer, row.challengeId, row.answer) : null,
  };
}

/**
 * The lease is locked while the session is written, so that a host which lost it a moment ago cannot write over the
 * session of the next holder. A session proves that the log-in works, whatever was noted of the account before.
 */
const SAVE_SESSION = `
  WITH held AS (
    SELECT 1 FROM "Lease" WHERE resource = $2 AND "fencingToken" = $3::bigint AND "expiresAt" > now() FOR SHARE
  ), saved AS (
    UPDATE "Account" SET session = $4::bytea, "sessionAt" = now(), "updatedAt" = now(),
      status = CASE WHEN status = 'disabled' THEN status ELSE 'active' END,
      "statusReason" = CASE WHEN status = 'disabled' THEN "statusReason" END
    WHERE id = $1::uuid AND EXISTS (SELECT 1 FROM held) RETURNING id
  ), told AS (
    INSERT INTO "AccountEvent" ("accountId", type, data)
    SELECT saved.id, 'session', jsonb_strip_nulls(jsonb_build_object('state', e.state, 'reason', e.reason))
    FROM saved, (VALUES (1, 'expired', NULL), (2, 'opened', $6::text)) AS e(place, state, reason)
    WHERE $5::text IS NOT NULL AND (e.state = 'opened' OR $5 = 'expired') ORDER BY e.place
  )
  SELECT id FROM saved`;

const OPENED_BECAUSE: Readonly<Record<contract.LogInReason, string>> = {
  none: 'There was none.',
  expired: 'The stored one had expired.',
  ordered: 'A fresh log-in was ordered.',
};

const leaseRoutes: Route[] = [
  route({
    method: 'post',
    path: '/api/worker/accounts/{accountId}/secret',
    operationId: 'readAccountSecret',
    summary: 'Log-in data of an account whose lease the worker serves',
    tags: TAGS,
    access: 'worker',
    params: accountParams,
    body: contract.accountSecretRequestSchema,
    responses: {
      200: { description: 'Log-in data, proxy and stored session', schema: contract.accountSecretSchema },
      404: { description: 'The account has no password' },
      ...LOST,
    },
    handler: async ({ params: { accountId }, body, deps }) => ({
      status: 200,
      body: await readSecret(deps, accountId, body.fencingToken),
      headers: { 'cache-control': 'no-store' },
    }),
  }),
  route({
    method: 'put',
    path: '/api/worker/accounts/{accountId}/session',
    operationId: 'saveAccountSession',
    summary: "The account's new session state",
    tags: TAGS,
    access: 'worker',
    params: accountParams,
    body: contract.saveSessionRequestSchema,
    maxBodyBytes: SESSION_BYTES,
    responses: { 204: { description: 'Sealed and kept' }, ...LOST },
    async handler({ params: { accountId }, body, deps }) {
      const sealed = sealStorageState(deps.sealer, accountId, body.storageState ?? null);
      const resource = contract.accountLeaseResource(accountId);
      const { fencingToken, loggedIn } = body;
      const because = loggedIn ? OPENED_BECAUSE[loggedIn] : null;
      const values = [accountId, resource, fencingToken, sealed, loggedIn ?? null, because];
      const saved = await queryOne(deps.db, SAVE_SESSION, ...values);
      if (!saved) throw leaseLost();
      return { status: 204 };
    },
  }),
  route({
    method: 'post',
    path: '/api/worker/leases/renew',
    operationId: 'renewLeases',
    summary: 'Prolong all leases that a host serves',
    tags: TAGS,
    access: 'worker',
    body: contract.renewLeasesRequestSchema,
    responses: {
      200: {
        description: 'Those that are still held; the others are lost',
        schema: contract.renewLeasesResponseSchema,
      },
    },
    handler: async ({ body, deps }) => ({
      status: 200,
      body: { renewed: await renewLeases(asSql(deps.db), body.leases, body.ttlMs) },
    }),
  }),
];

interface Received<Meta> {
  file: StoredFile;
  meta: Meta;
}

/**
 * The file into the store under its hash, the text field `meta` as its schema has it, and both to `keep`. Nothing is
 * left of a file that is refused, unless a row names it.
 */
async function receive<Meta extends z.ZodType, T>(
  req: Request,
  options: MultipartOptions & { store: MediaStore; meta: Meta; discard: (sha256: string) => Promise<void> },
  keep: (received: Received<z.output<Meta>>) => Promise<T>,
): Promise<T> {
  const { file, fields } = await receiveFile(req, options, ({ stream, signal }) =>
    options.store.receive(stream, { maxBytes: options.maxBytes, signal }),
  ).catch((error: unknown) => {
    if (error instanceof TaskError && error.type === 'MediaRejected') throw fileTooLarge(options);
    throw error;
  });
  try {
    return await keep({ file, meta: readMeta(options.meta, fields.meta) });
  } catch (error) {
    await options.discard(file.sha256);
    throw error;
  }
}

/** @throws Problem 400 */
function readMeta<Meta extends z.ZodType>(schema: Meta, text = ''): z.output<Meta> {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw badRequest('The form cannot be used as given.', [{ path: 'meta', message: 'Must be JSON text' }]);
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const errors = fieldErrors(parsed.error).map(({ path, message }) => ({
    path: path ? `meta.${path}` : 'meta',
    message,
  }));
  throw badRequest('The form cannot be used as given.', errors);
}

/**
 * Two hosts may have rendered the same: the first one is the one that others have seen.
 * @throws Problem 404 when there is no such asset
 */
async function keepVariant(
  deps: Deps,
  { file, meta }: Received<z.output<typeof contract.variantMetaSchema>>,
): Promise<z.input<typeof contract.variantResponseSchema>> {
  const kept = await queryOne<{ sha256: string; bytes: string }>(
    deps.db,
    `INSERT INTO "MediaVariant" AS v ("assetId", "recipeHash", recipe, sha256, bytes, probe, ssim,
       "accountTaskId", "accountId", "taskId")
     SELECT m.id, $2, $3::jsonb, $4, $5::bigint, $6::jsonb, $7::float, at.id, at."accountId", at."taskId"
     FROM "MediaAsset" m LEFT JOIN "AccountTask" at ON at.id = $8::uuid WHERE m.id = $1::uuid
     ON CONFLICT ("assetId", "recipeHash") DO UPDATE SET "recipeHash" = v."recipeHash"
     RETURNING v.sha256, v.bytes::text AS bytes`,
    meta.assetId,
    meta.recipeHash,
    JSON.stringify(meta.recipe ?? null),
    file.sha256,
    file.bytes,
    JSON.stringify(meta.probe ?? null),
    meta.ssim ?? null,
    meta.accountTaskId ?? null,
  );
  if (!kept) throw notFound(say('none.some-file', { id: meta.assetId }));
  return { sha256: kept.sha256, bytes: Number(kept.bytes) };
}

const metaField = z.object({ meta: z.string().meta({ description: 'JSON text' }) });

const fileRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/worker/media/{id}',
    operationId: 'getWorkerMedia',
    summary: 'What a host must know of a file of the library',
    tags: TAGS,
    access: 'worker',
    params: idParams,
    responses: { 200: { description: 'The file', schema: contract.workerMediaSchema } },
    async handler({ params, deps }) {
      const asset = await deps.db.mediaAsset.findUnique({ where: { id: params.id } });
      if (!asset) throw notFound('There is no such file in the library.');
      return { status: 200, body: asset };
    },
  }),
  route({
    method: 'post',
    path: '/api/worker/media',
    operationId: 'saveWorkerMedia',
    summary: 'A file that a host got from a platform, for the library',
    description: '`meta` is `{fileName}` as JSON text. The same bytes again are the same file.',
    tags: TAGS,
    access: 'worker',
    multipart: metaField,
    responses: {
      200: { description: 'Kept', schema: contract.savedMediaSchema },
      422: { description: 'No video or picture, or one that is damaged or cut short' },
      503: { description: 'The same file was deleted at this moment; send it again' },
    },
    async handler({ req, deps, signal }) {
      const options = { maxBytes: deps.env.FLOTILLA_MEDIA_MAX_BYTES, what: 'file', store: deps.media };
      const discard = (sha256: string) => removeUnused([sha256], deps);
      const { row } = await receive(
        req,
        { ...options, meta: contract.savedMediaMetaSchema, discard },
        ({ file, meta }) => keepMedia({ ...file, name: cleanName(meta.fileName) }, () => [], deps, signal),
      );
      return { status: 200, body: { mediaId: row.id, kind: row.kind as 'video' | 'image' } };
    },
  }),
  route({
    method: 'post',
    path: '/api/worker/evidence',
    operationId: 'saveEvidence',
    summary: 'A screenshot or a trace of a step',
    description: '`meta` is `{accountTaskId, step, kind}` as JSON text. At most 50 MB.',
    tags: TAGS,
    access: 'worker',
    multipart: metaField,
    responses: {
      200: { description: 'Kept', schema: contract.evidenceResponseSchema },
      404: { description: 'No such account task' },
    },
    async handler({ req, deps }) {
      const options = { maxBytes: EVIDENCE_BYTES, what: 'evidence', store: deps.evidenceStore };
      const discard = (sha256: string) => removeUnusedEvidence(deps, sha256);
      const id = await receive(req, { ...options, meta: contract.evidenceMetaSchema, discard }, ({ file, meta }) =>
        keepEvidence(deps, meta, file),
      );
      return { status: 200, body: { id } };
    },
  }),
  route({
    method: 'get',
    path: '/api/worker/account-tasks/{id}/variants',
    operationId: 'getOwnVariants',
    summary: 'Renditions that were made for an account task',
    tags: TAGS,
    access: 'worker',
    params: idParams,
    responses: { 200: { description: 'All of them', schema: contract.ownVariantsSchema } },
    async handler({ params, deps }) {
      const variants = await query<contract.OwnVariant>(
        deps.db,
        `SELECT "assetId", recipe, sha256, ssim FROM "MediaVariant" v
         WHERE "accountTaskId" = $1::uuid AND ("taskId", "accountId") =
           (SELECT at."taskId", at."accountId" FROM "AccountTask" at WHERE at.id = $1::uuid)`,
        params.id,
      );
      return { status: 200, body: { variants } };
    },
  }),
  route({
    method: 'post',
    path: '/api/worker/variants',
    operationId: 'saveVariant',
    summary: 'A rendered variant of an asset',
    description:
      '`meta` is `{assetId, recipeHash, recipe, probe, ssim?, accountTaskId?}` as JSON text. The same recipe again is the same variant.',
    tags: TAGS,
    access: 'worker',
    multipart: metaField,
    responses: {
      200: { description: 'Kept', schema: contract.variantResponseSchema },
      404: { description: 'No such file in the library' },
    },
    async handler({ req, deps }) {
      const options = { maxBytes: deps.env.FLOTILLA_MEDIA_MAX_BYTES, what: 'variant', store: deps.media };
      const discard = (sha256: string) => removeUnused([sha256], deps);
      const body = await receive(req, { ...options, meta: contract.variantMetaSchema, discard }, (received) =>
        keepVariant(deps, received),
      );
      return { status: 200, body };
    },
  }),
];

export const workerLinkRoutes: Route[] = [...leaseRoutes, ...fileRoutes];
