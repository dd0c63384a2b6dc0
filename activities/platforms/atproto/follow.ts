import type { Agent } from '@atproto/api';
import { AppBskyGraphFollow } from '@atproto/api';
import { TaskError } from '../../../contracts/errors.ts';
import { say } from '../../../contracts/said.ts';
import type { StepOptions } from '../driver.ts';
import { didOf } from './caption.ts';
import { isCertainRefusal } from './errors.ts';
import type { Account } from './session.ts';

const FOLLOWS = 'app.bsky.graph.follow';
const PAGE = 100;
const MOST_PAGES = 200;

/** A name as people write it: with or without "@", or the address of a profile. */
function nameOf(target: string): string {
  const inAddress = /^https?:\/\/[^/]+\/profile\/([^/?#]+)/.exec(target.trim())?.[1];
  return (inAddress ?? target.trim()).replace(/^@/, '');
}

/** Looks through the account's own records: there is no other index of them without an app view. */
async function follows(agent: Agent, did: string, subject: string, signal: AbortSignal): Promise<boolean> {
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    signal.throwIfAborted();
    const { data } = await agent.com.atproto.repo.listRecords({
      repo: did,
      collection: FOLLOWS,
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (data.records.some(({ value }) => AppBskyGraphFollow.isRecord(value) && value.subject === subject)) return true;
    cursor = data.cursor;
    if (cursor === undefined || data.records.length < PAGE) return false;
  }
  return false;
}

/** @throws TaskError `TargetNotFound`, `InvalidInput` for the account itself */
export async function follow(
  { agent, did }: Account,
  target: string,
  { signal, progress }: StepOptions,
): Promise<{ changed: boolean }> {
  progress('looking for the account');
  const subject = await didOf(agent, nameOf(target));
  if (subject === null)
    throw new TaskError('TargetNotFound', say('platform.no-such-account', { name: nameOf(target) }));
  if (subject === did) throw new TaskError('InvalidInput', 'An account cannot follow itself.');
  if (await follows(agent, did, subject, signal)) return { changed: false };
  progress('following');
  const record = { $type: FOLLOWS, subject, createdAt: new Date().toISOString() };
  // An answer that is lost says nothing; the records do.
  const fault = await agent.com.atproto.repo.createRecord({ repo: did, collection: FOLLOWS, record }).then(
    () => null,
    (error: unknown) => {
      if (isCertainRefusal(error) || signal.aborted) throw error;
      return error;
    },
  );
  if (await follows(agent, did, subject, signal)) return { changed: true };
  if (fault !== null) throw fault;
  throw new TaskError('Unavailable', 'The follow was written, and was not found afterwards.');
}
