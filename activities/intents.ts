import type { Pool } from 'pg';
import { TaskError } from '../contracts/errors.ts';
import type { MediaProbe, Recipe } from '../contracts/media.ts';
import { recipeSchema } from '../contracts/media.ts';
import type { MediaToPublish, OpenIntent, OpenIntentRequest } from '../contracts/orchestration.ts';
import type { PlatformProfile } from '../contracts/platform.ts';
import { say } from '../contracts/said.ts';
import type { WorkRequest } from '../contracts/works.ts';
import { planRendition } from './media/plan.ts';
import type { Sql } from './sql.ts';
import { row, rows, statement } from './sql.ts';
import { uuidV7 } from './uuid-v7.ts';

/**
 * Post intents: one row a post that must exist exactly once. The row is there before anything is submitted and carries
 * what is needed to find the post again: the own posts seen before, the caption, and the time of the last submit.
 */
interface IntentRow {
  id: string;
  state: OpenIntent['state'];
  permalink: string | null;
  baseline: string[] | null;
  submittedAt: Date | null;
}

const OPEN = statement(
  'intent_open',
  `INSERT INTO "PostIntent" (id, "idempotencyKey", "accountTaskId", "accountId", platform, index, caption, "updatedAt")
   VALUES ($7, $1, $2, $3, $4, $5, $6, now())
   ON CONFLICT ("accountTaskId", index) DO NOTHING`,
);

const READ = statement(
  'intent_read',
  `SELECT id, state, permalink, baseline, "submittedAt" FROM "PostIntent" WHERE "accountTaskId" = $1 AND index = $2`,
);

/** A cross-post is one for its account, whatever the task and its place there; it takes the task's next free place. */
const OPEN_SOURCED = statement(
  'intent_open_sourced',
  `INSERT INTO "PostIntent" (id, "idempotencyKey", "accountTaskId", "accountId", platform, index, caption, source, "updatedAt")
   SELECT $7::uuid, $1, $2, $3, $4, coalesce(max(index), -1) + 1, $5, $6, now() FROM "PostIntent" WHERE "accountTaskId" = $2
   ON CONFLICT DO NOTHING`,
);

const READ_SOURCED = statement(
  'intent_read_sourced',
  `SELECT id, state, permalink, baseline, "submittedAt" FROM "PostIntent" WHERE "accountId" = $1 AND source = $2`,
);

const CROSS_POSTED = statement(
  'intent_cross_posted',
  `SELECT source FROM "PostIntent" WHERE "accountId" = $1 AND source = ANY($2::text[]) AND state = 'posted'`,
);

const SUBMIT = statement(
  'intent_submit',
  `UPDATE "PostIntent" SET state = 'submitting', "mediaSha256" = $2, baseline = $3::jsonb, submits = submits + 1,
     "submittedAt" = now(), "updatedAt" = now()
   WHERE id = $1 AND state IN ('created', 'absent', 'submitting') RETURNING id`,
);

const CLOSE = statement(
  'intent_close',
  `UPDATE "PostIntent" SET state = $2, "postId" = COALESCE($3, "postId"), permalink = COALESCE($4, permalink),
     "updatedAt" = now()
   WHERE id = $1 AND state <> 'posted' RETURNING id`,
);

const ASSET = statement(
  'intent_asset',
  `SELECT m.id, m.sha256, m."fileName", m.kind, m.probe FROM "MediaAsset" m WHERE m.id = $1`,
);

const VARIANT = statement(
  'intent_variant',
  `SELECT sha256 FROM "MediaVariant" WHERE "assetId" = $1 AND "recipeHash" = $2`,
);

async function mediaToPublish(
  sql: Sql,
  mediaId: string,
  recipe: Recipe | null,
  profile: PlatformProfile,
): Promise<MediaToPublish> {
  const asset = await row<{ id: string; sha256: string; fileName: string; kind: string; probe: MediaProbe }>(
    sql,
    ASSET,
    [mediaId],
  );
  if (!asset) throw new TaskError('MediaRejected', 'The media file has been deleted.');
  const ready: MediaToPublish = { status: 'ready', sha256: asset.sha256, fileName: asset.fileName };
  if (asset.kind !== 'video') return ready;
  const plan = planRendition(asset.probe, profile.limits.video, recipe);
  if (plan.action === 'reject')
    throw new TaskError('MediaRejected', say('file.says', { file: asset.fileName, why: plan.reasons.join(' ') }));
  if (plan.action === 'use-source') return ready;
  const variant = await row<{ sha256: string }>(sql, VARIANT, [asset.id, plan.variant]);
  if (variant) return { status: 'ready', sha256: variant.sha256, fileName: asset.fileName };
  return { status: 'render', assetId: asset.id, assetSha256: asset.sha256, fileName: asset.fileName };
}

async function openRow(sql: Sql, request: OpenIntentRequest): Promise<IntentRow | undefined> {
  const { accountTaskId, accountId, platform, index, caption, source } = request;
  // Drivers make a post's key on the platform of it, and such keys are put in order by their time.
  const id = uuidV7();
  if (source !== null) {
    await row(sql, OPEN_SOURCED, [`${accountId}/${source}`, accountTaskId, accountId, platform, caption, source, id]);
    return row<IntentRow>(sql, READ_SOURCED, [accountId, source]);
  }
  await row(sql, OPEN, [`${accountTaskId}/${index}`, accountTaskId, accountId, platform, index, caption, id]);
  return row<IntentRow>(sql, READ, [accountTaskId, index]);
}

export function createIntents(pool: Pool, profiles: Readonly<Record<string, PlatformProfile>>) {
  return {
    /** Opens the intent, or answers the one that is there, with the media that it needs. */
    async openIntent(request: OpenIntentRequest): Promise<OpenIntent> {
      const profile = profiles[request.platform];
      if (!profile) throw new TaskError('InvalidInput', say('account.platform', { platform: request.platform }));
      const intent = await openRow(pool, request);
      if (!intent) throw new Error('The post intent was not written.');
      const recipe = request.recipe === null ? null : recipeSchema.parse(request.recipe);
      const done = intent.state === 'posted';
      return {
        intentId: intent.id,
        state: intent.state,
        permalink: intent.permalink,
        baseline: intent.baseline,
        submittedAt: intent.submittedAt?.getTime() ?? null,
        media: done
          ? { status: 'ready', sha256: '', fileName: '' }
          : await mediaToPublish(pool, request.mediaId, recipe, profile),
      };
    },

    async crossPosted({ input }: WorkRequest<'crossPosted'>): Promise<{ sources: string[] }> {
      const found = await rows<{ source: string }>(pool, CROSS_POSTED, [input.accountId, input.sources]);
      return { sources: found.map(({ source }) => source) };
    },

    /** Written before the submit: from here on the post may exist. */
    async startSubmit(request: { intentId: string; mediaSha256: string; baseline: string[] }): Promise<void> {
      const started = await row(pool, SUBMIT, [
        request.intentId,
        request.mediaSha256,
        JSON.stringify(request.baseline),
      ]);
      if (!started) throw new TaskError('InvalidInput', 'This post has been made already and is not submitted again.');
    },

    async closeIntent(request: {
      intentId: string;
      state: 'posted' | 'absent' | 'unknown';
      post: { id: string; permalink: string } | null;
    }): Promise<void> {
      await row(pool, CLOSE, [
        request.intentId,
        request.state,
        request.post?.id ?? null,
        request.post?.permalink ?? null,
      ]);
    },
  };
}
