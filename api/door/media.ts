import { planRendition } from '../../activities/media/plan.ts';
import { platformProfiles } from '../../activities/platforms/profiles.ts';
import { mediaProbeSchema, type Recipe, recipeSchema } from '../../contracts/media.ts';
import type { Capability, PlatformProfile } from '../../contracts/platform.ts';
import { say } from '../../contracts/said.ts';
import type { AnyKind } from '../../kinds/define.ts';
import { unprocessable } from '../problem.ts';
import { type Db, query } from './sql.ts';

interface Asset {
  id: string;
  fileName: string;
  kind: string;
  mime: string;
  bytes: bigint;
  width: number;
  height: number;
  probe: unknown;
}

/** What must be given where a kind needs the capability. */
const MEDIA_OF_CAPABILITY: Partial<Record<Capability, 'video' | 'image'>> = {
  publishVideo: 'video',
  publishImage: 'image',
  setAvatar: 'image',
};

export interface MediaCheck {
  ids: ReadonlySet<string>;
  /** Why a platform cannot get a file, in a sentence that names it; nothing when it can. */
  refusal(platform: string, mediaId: string): string | undefined;
}

function wantedKinds(kind: AnyKind): Set<string> {
  return new Set(kind.needs.flatMap((capability) => MEDIA_OF_CAPABILITY[capability] ?? []));
}

/** The recipe that the params name, whatever the kind calls it; an empty one when they name none. */
function recipeOf(params: unknown): Recipe | null {
  if (typeof params !== 'object' || params === null) return null;
  const named = 'variants' in params ? params.variants : 'recipe' in params ? params.recipe : undefined;
  return recipeSchema.safeParse(named).data ?? null;
}

/** What is known of a video before it is rendered. Images are converted to fit, so only their type is asked for. */
function judge(asset: Asset, profile: PlatformProfile, recipe: Recipe | null): string | undefined {
  if (asset.kind === 'image') {
    const { types } = profile.limits.image;
    if (types.includes(asset.mime)) return undefined;
    return say('media.picture-takes', {
      file: asset.fileName,
      type: asset.mime,
      platform: profile.title,
      takes: types.join(', '),
    });
  }
  const probe = mediaProbeSchema.safeParse(asset.probe);
  if (!probe.success) return say('media.no-probe', { file: asset.fileName });
  const rendition = planRendition(probe.data, profile.limits.video, recipe);
  if (rendition.action !== 'reject') return undefined;
  return say('media.not-published', {
    file: asset.fileName,
    platform: profile.title,
    why: rendition.reasons.join(' '),
  });
}

/**
 * Looks up the media that params name.
 * @throws Problem 422 for ids that do not exist, and for images where videos are needed or the other way round
 */
export async function checkMedia(db: Db, kind: AnyKind, params: unknown): Promise<MediaCheck> {
  const ids = [...new Set((kind.mediaIds?.(params) ?? []).map((id) => id.toLowerCase()))];
  if (ids.length === 0) return { ids: new Set(), refusal: () => undefined };
  const found = await query<Asset>(
    db,
    `SELECT id, "fileName", kind, mime, bytes, width, height, probe FROM "MediaAsset" WHERE id = ANY($1::uuid[])`,
    ids,
  );
  const assets = new Map(found.map((asset) => [asset.id, asset]));
  const wanted = wantedKinds(kind);
  const errors = ids.flatMap((id, place) => {
    const asset = assets.get(id);
    const path = `params.mediaIds.${place}`;
    if (!asset) return [{ path, message: say('none.some-file', { id }) }];
    if (wanted.size === 0 || wanted.has(asset.kind)) return [];
    return [
      {
        path,
        message: say('order.file-kind', { file: asset.fileName, kind: asset.kind, needed: [...wanted].join(' or ') }),
      },
    ];
  });
  if (errors.length > 0) throw unprocessable('The media cannot be used as given.', errors.slice(0, 100));

  const recipe = recipeOf(params);
  const verdicts = new Map<string, string | undefined>();
  return {
    ids: new Set(ids),
    refusal(platform, mediaId) {
      const key = `${platform}/${mediaId}`;
      if (verdicts.has(key)) return verdicts.get(key);
      const asset = assets.get(mediaId);
      const profile = platformProfiles[platform];
      const verdict = asset && profile ? judge(asset, profile, recipe) : undefined;
      verdicts.set(key, verdict);
      return verdict;
    },
  };
}
