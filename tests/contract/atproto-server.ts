import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Agent, AppBskyFeedPost, AppBskyGraphFollow, type BlobRef } from '@atproto/api';

const SCRIPT = join(__dirname, 'atproto-network', 'network.mjs');

export interface AtprotoRecord {
  uri: string;
  value: { [field: string]: unknown };
}

/** A real server of the network with accounts of its own, in a process of its own. */
export interface AtprotoServer {
  url: string;
  /** @returns the account's DID */
  addAccount(handle: string, password: string): Promise<string>;
  /** Everything of one sort that an account keeps on the server, oldest first. */
  records(did: string, collection: string): Promise<AtprotoRecord[]>;
  /** Takes an account down as the server's moderators do, or lets it back. */
  setTakedown(did: string, applied: boolean): Promise<void>;
  close(): Promise<void>;
}

/** @param publicUrl the address that accounts are told to live at */
export async function startAtprotoServer(publicUrl = ''): Promise<AtprotoServer> {
  // The server leaves its files behind, so it gets a folder for them.
  const folder = await mkdtemp(join(tmpdir(), 'atproto-server-'));
  const child = spawn(process.execPath, [SCRIPT, publicUrl], {
    env: { ...process.env, TMPDIR: folder, LOG_ENABLED: 'false', NODE_OPTIONS: '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([
    once(lines, 'line'),
    ended.then(() => Promise.reject(new Error('The AT Protocol server did not start.'))),
  ])) as [string];
  const { url, adminAuth } = JSON.parse(line) as { url: string; adminAuth: string };
  const agent = new Agent(url);

  return {
    url,
    async addAccount(handle, password) {
      const email = `${handle.split('.')[0]}@example.test`;
      return (await agent.com.atproto.server.createAccount({ handle, password, email })).data.did;
    },
    async records(did, collection) {
      const { data } = await agent.com.atproto.repo.listRecords({ repo: did, collection, limit: 100, reverse: true });
      return data.records;
    },
    async setTakedown(did, applied) {
      const subject = { $type: 'com.atproto.admin.defs#repoRef', did } as const;
      const takedown = applied ? { applied, ref: 'test' } : { applied };
      const headers = { authorization: adminAuth };
      await agent.com.atproto.admin.updateSubjectStatus(
        { subject, takedown },
        { headers, encoding: 'application/json' },
      );
    },
    async close() {
      child.stdin.end();
      const limit = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(limit);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The hash that a blob's name carries. */
export function sha256OfBlob(blob: BlobRef): string {
  return Buffer.from(blob.ref.multihash.digest).toString('hex');
}

/** A post as its author meant it: the media, the DIDs it mentions, the addresses it links to. */
export function readPost({ uri, value }: AtprotoRecord) {
  if (!AppBskyFeedPost.isRecord(value)) throw new Error(`${uri} is no post.`);
  const post = value as AppBskyFeedPost.Record;
  const embed = post.embed as {
    video?: BlobRef;
    images?: { image: BlobRef; aspectRatio?: unknown }[];
    aspectRatio?: unknown;
  };
  const features = (post.facets ?? []).flatMap((facet) =>
    facet.features.map((feature) => {
      const { byteStart, byteEnd } = facet.index;
      const text = Buffer.from(post.text).subarray(byteStart, byteEnd).toString();
      return { ...(feature as { did?: string; uri?: string }), text };
    }),
  );
  return {
    id: uri,
    text: post.text,
    createdAt: post.createdAt,
    aspectRatio: embed.aspectRatio ?? embed.images?.[0]?.aspectRatio ?? null,
    blob: (embed.video ?? embed.images?.[0]?.image) as BlobRef,
    mentions: features.filter(({ did }) => did).map(({ did, text }) => ({ did: did!, text })),
    links: features.filter(({ uri: link }) => link).map(({ uri: link, text }) => ({ uri: link!, text })),
  };
}

export function followedBy({ value }: AtprotoRecord): string {
  if (!AppBskyGraphFollow.isRecord(value)) throw new Error('This is no follow.');
  return (value as AppBskyGraphFollow.Record).subject;
}
