import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TaskError } from '../contracts/errors.ts';
import type { PlatformProfile } from '../contracts/platform.ts';
import { say } from '../contracts/said.ts';
import type { WorkActivities } from '../contracts/works.ts';
import { beating } from './heartbeat.ts';
import type { HostLink } from './link.ts';
import { probeFile } from './media/probe.ts';
import { squareImage } from './media/square.ts';
import type { MediaStore } from './media/store.ts';

/** Crops and re-encodes an avatar on a media host; the result is a variant of its image, under its content hash. */
export function createAvatarWork(dependencies: {
  link: HostLink;
  media: MediaStore;
  profiles: Readonly<Record<string, PlatformProfile>>;
}): Pick<WorkActivities<'media'>, 'prepareAvatar'> {
  const { link, media, profiles } = dependencies;
  return {
    prepareAvatar: ({ platform, input: { mediaId } }) =>
      beating(async ({ signal, progress }) => {
        const limits = profiles[platform]?.limits.image;
        if (!limits) throw new TaskError('InvalidInput', say('account.platform', { platform }));
        progress('fetching the image');
        const asset = await link.mediaAsset(mediaId);
        const source = await media.acquire(asset.sha256, link.fetchMedia, { signal });
        const folder = await mkdtemp(join(media.folder, 'avatar-'));
        try {
          const outPath = join(folder, 'avatar.jpg');
          await squareImage({ sourcePath: source.path, name: asset.fileName, limits, outPath });
          progress('handing over');
          const recipe = { avatar: 1, limits };
          const { sha256 } = await link.saveVariant({
            assetId: mediaId,
            recipeHash: createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 32),
            recipe,
            probe: await probeFile(outPath, { signal }),
            file: await openAsBlob(outPath),
          });
          return { sha256, fileName: 'avatar.jpg' };
        } finally {
          await rm(folder, { recursive: true, force: true });
          source.release();
        }
      }),
  };
}
