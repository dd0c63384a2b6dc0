import { openAsBlob } from 'node:fs';
import { TaskError } from '../contracts/errors.ts';
import { recipeSchema } from '../contracts/media.ts';
import type { MediaActivities } from '../contracts/orchestration.ts';
import type { PlatformProfile } from '../contracts/platform.ts';
import { withFailures } from './failures.ts';
import { beating } from './heartbeat.ts';
import type { HostLink } from './link.ts';
import { planRendition } from './media/plan.ts';
import { probeFile } from './media/probe.ts';
import { renderRendition } from './media/render.ts';
import type { MediaStore } from './media/store.ts';

export interface RenditionDependencies {
  link: HostLink;
  media: MediaStore;
  /** Where renditions are kept on this host. */
  outFolder: string;
  profiles: Readonly<Record<string, PlatformProfile>>;
}

/** What a media host does: fetch by hash, probe, plan, render, hand over. Free to repeat at any point. */
export function createMediaActivities({ link, media, outFolder, profiles }: RenditionDependencies): MediaActivities {
  return withFailures<MediaActivities>({
    renderVariant: ({ assetId, assetSha256, fileName, platform, recipe }) =>
      beating(async ({ signal, progress }) => {
        const limits = profiles[platform]?.limits.video;
        if (!limits) throw new TaskError('InvalidInput', `Platform ${platform} is not known.`);
        const wanted = recipe === null ? null : recipeSchema.parse(recipe);
        progress('fetching the source');
        const source = await media.acquire(assetSha256, link.fetchMedia, { signal });
        try {
          const plan = planRendition(await probeFile(source.path, { signal }), limits, wanted);
          if (plan.action === 'reject') throw new TaskError('MediaRejected', `${fileName}: ${plan.reasons.join(' ')}`);
          if (plan.action === 'use-source') return { sha256: assetSha256, fileName };
          const rendition = await renderRendition({
            sourcePath: source.path,
            sourceSha256: assetSha256,
            plan,
            outFolder,
            signal,
            onProgress: (fraction) => progress('rendering', fraction),
          });
          progress('handing over');
          const saved = await link.saveVariant({
            assetId,
            recipeHash: plan.variant,
            recipe,
            probe: rendition.probe,
            file: await openAsBlob(rendition.path),
          });
          return { sha256: saved.sha256, fileName: fileName.replace(/\.\w+$/, `.${plan.output.extension}`) };
        } finally {
          source.release();
        }
      }),
  });
}
