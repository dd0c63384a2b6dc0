import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Agent } from '@atproto/api';
import { AppBskyActorProfile } from '@atproto/api';
import { TaskError } from '../../../contracts/errors.ts';
import type { StepOptions } from '../driver.ts';
import { isCertainRefusal, isRefusal } from './errors.ts';
import { lookAt, sendBlob } from './media.ts';
import type { Account } from './session.ts';

const WHERE = { collection: 'app.bsky.actor.profile', rkey: 'self' } as const;
/** Somebody else may write the profile between reading and writing; more often than this it is not by chance. */
const MOST_TRIES = 4;
const MOST_AVATAR_BYTES = 1_000_000;

type Profile = Partial<AppBskyActorProfile.Record>;

async function readProfile(agent: Agent, did: string): Promise<{ profile: Profile; cid: string | null }> {
  try {
    const { data } = await agent.com.atproto.repo.getRecord({ repo: did, ...WHERE });
    const profile = AppBskyActorProfile.isRecord(data.value) ? data.value : {};
    return { profile, cid: data.cid ?? null };
  } catch (error) {
    if (isRefusal(error, 'RecordNotFound')) return { profile: {}, cid: null };
    throw error;
  }
}

/**
 * Changes the profile and leaves everything else in it as it is, then reads it again.
 * @param change the changed profile; null when it is so already
 */
async function changeProfile(
  { agent, did }: Account,
  { signal }: StepOptions,
  change: (profile: Profile) => Promise<Profile | null>,
): Promise<{ changed: boolean }> {
  let changed = false;
  let fault: unknown = null;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const { profile, cid } = await readProfile(agent, did);
    const wanted = await change(profile);
    if (!wanted) return { changed };
    if (fault !== null) throw fault;
    try {
      const record = { ...wanted, $type: WHERE.collection };
      await agent.com.atproto.repo.putRecord({ repo: did, ...WHERE, record, swapRecord: cid });
      changed = true;
    } catch (error) {
      if (isRefusal(error, 'InvalidSwap')) continue;
      if (isCertainRefusal(error) || signal.aborted) throw error;
      // The answer was lost, not the change perhaps: the profile tells.
      changed = true;
      fault = error;
    }
  }
  throw new TaskError('Unavailable', 'The profile was changed, and was not found so afterwards.');
}

export function setBio(account: Account, text: string, options: StepOptions): Promise<{ changed: boolean }> {
  return changeProfile(account, options, async (profile) =>
    (profile.description ?? '') === text ? null : { ...profile, description: text },
  );
}

/** The name of a blob says the hash of its content (https://atproto.com/specs/data-model, "Blob Type"). */
function holds(profile: Profile, sha256: Buffer): boolean {
  const digest = profile.avatar?.ref.multihash.digest;
  return digest !== undefined && sha256.equals(digest);
}

/** @throws TaskError `MediaRejected` */
export async function setAvatar(
  account: Account,
  filePath: string,
  options: StepOptions,
): Promise<{ changed: boolean }> {
  const { type, bytes } = await lookAt(filePath);
  if (!['image/jpeg', 'image/png'].includes(type) || bytes > MOST_AVATAR_BYTES) {
    throw new TaskError('MediaRejected', 'A photo has to be a JPEG or PNG image of at most 1 MB.');
  }
  const sha256 = createHash('sha256')
    .update(await readFile(filePath))
    .digest();
  return changeProfile(account, options, async (profile) =>
    holds(profile, sha256) ? null : { ...profile, avatar: await sendBlob(account.agent, filePath, type) },
  );
}
