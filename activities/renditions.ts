import { openAsBlob } from 'node:fs';
import { TaskError } from '../contracts/errors.ts';
import { recipeSchema } from '../contracts/media.ts';
import type { MediaActivities } from '../contracts/orchestration.ts';
import { say } from '../contracts/said.ts';
import { createAvatarWork } from './avatar.ts';
import { withFailures } from './failures.ts';
import { beating } from './heartbeat.ts';
import { composeRenditions } from './media/compose.ts';
import { planRendition } from './media/plan.ts';
import { probeFile } from './media/probe.ts';
import { renderRendition } from './media/render.ts';
import type { VariantDependencies } from './variants.ts';
import { createVariantWork, withLogos } from './variants.ts';

/** What a media host does: fetch by hash, probe, plan, render, hand over. Free to repeat at any point. */
export function createMediaActivities(dependencies: VariantDependencies): MediaActivities {
  const { link, media, outFolder, profiles } = dependencies;
  return withFailures<MediaActivities>({
    ...createAvatarWork({ link, media, profiles }),
    ...createVariantWork(dependencies),

    renderVariant: ({ assetId, assetSha256, fileName, platform, recipe }) =>
      beating(async ({ signal, progress }) => {
        const limits = profiles[platform]?.limits.video;
        if (!limits) throw new TaskError('InvalidInput', say('account.platform', { platform }));
        const wanted = recipe === null ? null : recipeSchema.parse(recipe);
        progress('fetching the source');
        const source = await media.acquire(assetSha256, link.fetchMedia, { signal });
        try {
          const probe = await probeFile(source.path, { signal });
          const plan = planRendition(probe, limits, wanted);
          if (plan.action === 'reject')
            throw new TaskError('MediaRejected', say('file.says', { file: fileName, why: plan.reasons.join(' ') }));
          if (plan.action === 'use-source') return { sha256: assetSha256, fileName };
          const request = {
            sourcePath: source.path,
            sourceSha256: assetSha256,
            outFolder,
            signal,
            onProgress: (fraction: number) => progress('rendering', fraction),
          };
          const rendition =
            plan.action === 'render'
              ? await renderRendition({ ...request, plan })
              : await withLogos(dependencies, signal, async (findLogo) => {
                  const sourceDurationMs = probe.durationMs;
                  const [made] = await composeRenditions({ ...request, plans: [plan], sourceDurationMs, findLogo });
                  return made;
                });
          if (!rendition) throw new Error('A rendition was not made.');
          progress('handing over');
          const saved = await link.saveVariant({
            assetId,
            recipeHash: plan.variant,
            recipe,
            probe: rendition.probe,
            ...(rendition.ssim === undefined ? {} : { ssim: rendition.ssim }),
            file: await openAsBlob(rendition.path),
          });
          return { sha256: saved.sha256, fileName: fileName.replace(/\.\w+$/, `.${plan.output.extension}`) };
        } finally {
          source.release();
        }
      }),
  });
}
