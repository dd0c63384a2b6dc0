import { randomUUID } from 'node:crypto';
import type { TestAnswer, TestApi } from '../testing.ts';
import { query, queryOne } from './sql.ts';

/** Accounts of the sandbox platform, named `<prefix>0`, `<prefix>1` and so on; returns their ids in order. */
export async function makeAccounts(api: TestApi, prefix: string, count: number, more: object = {}): Promise<string[]> {
  const fields = { platform: 'sandbox', status: 'active', tags: [prefix], ...more };
  const rows = await query<{ id: string }>(
    api.deps.db,
    `INSERT INTO "Account" (platform, username, status, tags, "dailyLimits", "createdAt", "updatedAt")
     SELECT $2, $1 || n, $3, $4::text[], $5::jsonb, now() + n * interval '1 ms', now()
     FROM generate_series(0, $6::int - 1) AS n ORDER BY n RETURNING id`,
    prefix,
    fields.platform,
    fields.status,
    fields.tags,
    'dailyLimits' in more ? JSON.stringify(more.dailyLimits) : null,
    count,
  );
  return rows.map((row) => row.id);
}

const VIDEO_PROBE = {
  kind: 'video',
  container: 'mov,mp4,m4a,3gp,3g2,mj2',
  bytes: 1_000_000,
  width: 720,
  height: 1280,
  durationMs: 10_000,
  frameRate: 30,
  videoCodec: 'h264',
  audioCodec: 'aac',
  rotation: 0,
};

/** A video in the library (its record, without bytes); `probe` changes what is known of it. */
export async function makeVideo(api: TestApi, fileName: string, probe: object = {}): Promise<string> {
  const found = { ...VIDEO_PROBE, ...probe };
  const row = await queryOne<{ id: string }>(
    api.deps.db,
    `INSERT INTO "MediaAsset" (sha256, "fileName", kind, mime, bytes, width, height, "durationMs", probe)
     VALUES ($1, $2, $3, $4, $5::bigint, $6::int, $7::int, $8::int, $9::jsonb) RETURNING id`,
    randomUUID().replaceAll('-', ''),
    fileName,
    found.kind,
    found.kind === 'video' ? 'video/mp4' : 'image/png',
    found.bytes,
    found.width,
    found.height,
    found.durationMs,
    JSON.stringify(found),
  );
  if (!row) throw new Error('The video was not written.');
  return row.id;
}

/** One field of an answer, as what the test expects it to be. */
export const field = <T>(answer: TestAnswer, name: string): T => answer.json[name] as unknown as T;
export const errorsOf = (answer: TestAnswer) => field<{ path: string; message: string }[]>(answer, 'errors');

/** How many rows of bulk tasks there are in all. */
export async function rowsWritten(api: TestApi) {
  const counts = await queryOne<{ tasks: number; accountTasks: number; tallies: number; events: number }>(
    api.deps.db,
    `SELECT (SELECT count(*)::int FROM "BulkTask") AS tasks, (SELECT count(*)::int FROM "AccountTask") AS "accountTasks",
       (SELECT count(*)::int FROM "TaskTally") AS tallies, (SELECT count(*)::int FROM "TaskEvent") AS events`,
  );
  if (!counts) throw new Error('The rows were not counted.');
  return counts;
}
