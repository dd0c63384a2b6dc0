import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BlobRef } from '@atproto/api';
import sharp from 'sharp';
import type { AccountFetch } from '../../activities/api-sessions/fetch.ts';
import { createAccountFetch } from '../../activities/api-sessions/fetch.ts';
import { createAtprotoDriver } from '../../activities/platforms/atproto/driver.ts';
import { atprotoProfile } from '../../activities/platforms/atproto/profile.ts';
import type { ApiHandle, Credentials } from '../../activities/platforms/driver.ts';
import { createAddressGuard } from '../../config/address-guard.ts';
import type { AtprotoGateway } from './atproto-gateway.ts';
import { isChange, startAtprotoGateway } from './atproto-gateway.ts';
import type { AtprotoServer } from './atproto-server.ts';
import { followedBy, readPost, sha256OfBlob, startAtprotoServer } from './atproto-server.ts';
import type { DriverBench, Offers, SiteEvent } from './driver-suite-bench.ts';

const here = createAddressGuard(['127.0.0.0/8', '::1/128']);
const guards = { proxy: here, platform: here };

/** All that a service without pages, places and codes of an app can be asked. */
export const atprotoOffers: Offers = {
  profile: atprotoProfile,
  site: [
    ...(['slow', 'error', 'drop-before', 'drop-after', 'expire-session', 'challenge', 'throttle', 'suspend'] as const),
    ...(['proxy', 'media-check'] as const),
  ],
};

export interface AtprotoBench extends DriverBench<ApiHandle> {
  server: AtprotoServer;
  gateway: AtprotoGateway;
  didOf(username: string): string;
}

/** Half a second of H.264 film, wider than high. */
async function makeFilm(path: string): Promise<void> {
  const source = ['-f', 'lavfi', '-i', 'testsrc=size=320x180:rate=10:duration=0.5'];
  const codec = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-movflags', '+faststart'];
  await promisify(execFile)(process.env.FFMPEG_PATH || 'ffmpeg', ['-v', 'error', '-y', ...source, ...codec, path]);
}

function picture(path: string, background: string): Promise<unknown> {
  return sharp({ create: { width: 96, height: 64, channels: 3, background } }).toFile(path);
}

interface Held {
  network: AccountFetch;
  underWay: number;
  listeners: ((event: SiteEvent) => void)[];
  beforeChange: (() => Promise<void>) | null;
}

/** A real server, and a gateway in front of it that can be told to break. */
export async function startAtprotoBench(port = 0): Promise<AtprotoBench> {
  const folder = await mkdtemp(join(tmpdir(), 'atproto-bench-'));
  const videoPath = join(folder, 'video.mp4');
  const imagePaths = [join(folder, 'blue.png'), join(folder, 'red.jpg')] as const;
  await Promise.all([makeFilm(videoPath), picture(imagePaths[0], 'blue'), picture(imagePaths[1], 'red')]);
  const gateway = await startAtprotoGateway(port);
  const server = await startAtprotoServer(gateway.url);
  gateway.target = server.url;
  const dids = new Map<string, string>();
  const handles = new Map<ApiHandle, Held>();
  const takenDown = new Set<string>();
  let made = 0;

  const bench: AtprotoBench = {
    server,
    gateway,
    driver: createAtprotoDriver({ baseUrl: gateway.url }),
    videoPath,
    imagePaths,
    unknownTarget: 'nobody-at-all.test',
    didOf: (username) => dids.get(username)!,
    gonePost(username) {
      const rkey = '3jzfcijpj2z2a';
      const did = bench.didOf(username);
      const permalink = `https://bsky.app/profile/${did}/post/${rkey}`;
      return { id: `at://${did}/app.bsky.feed.post/${rkey}`, permalink, caption: 'gone' };
    },
    async newAccount() {
      made += 1;
      const account: Credentials = {
        username: `sailor${made}.test`,
        password: `Pa ss"w&ör<d!${made}`,
        totpSecret: null,
        email: null,
      };
      const did = await server.addAccount(account.username, account.password);
      dids.set(account.username, did);
      gateway.know(did, account.username);
      return account;
    },
    async newHandle({ session = null, proxy } = {}) {
      let state: unknown = session;
      const held: Held = {
        network: createAccountFetch(proxy ?? null, () => new AbortController().signal, guards),
        underWay: 0,
        listeners: [],
        beforeChange: null,
      };
      const handle: ApiHandle = {
        async fetch(address, init) {
          const changes = isChange(String(address));
          held.underWay += 1;
          try {
            for (const listener of held.listeners) listener({ type: 'request', changes });
            if (changes) await held.beforeChange?.();
            const answer = await held.network.fetch(address, init);
            for (const listener of held.listeners) listener({ type: 'answer', changes });
            return answer;
          } finally {
            held.underWay -= 1;
          }
        },
        readSession: () => state,
        keepSession(kept) {
          state = kept;
        },
      };
      handles.set(handle, held);
      return handle;
    },
    sessionOf: async (handle) => handle.readSession(),
    isStopped: (handle) => handles.get(handle)!.underWay === 0,
    async watch(handle, listener) {
      handles.get(handle)!.listeners.push(listener);
    },
    async endHandles() {
      await Promise.all([...handles.values()].map(({ network }) => network.close()));
      handles.clear();
    },
    async breakSite(username, fault, detail = {}) {
      const did = bench.didOf(username);
      if (fault === 'suspend') {
        takenDown.add(did);
        await server.setTakedown(did, true);
      }
      gateway.setFault(did, fault, detail);
    },
    async breakAtChange(handle, username, fault, detail = {}) {
      const held = handles.get(handle)!;
      held.beforeChange = () => {
        held.beforeChange = null;
        return bench.breakSite(username, fault, detail);
      };
    },
    async mendSite() {
      gateway.clearFaults();
      for (const did of takenDown) await server.setTakedown(did, false);
      takenDown.clear();
    },
    emailCode: async (username) => gateway.code(bench.didOf(username)),
    async truth(username) {
      const did = bench.didOf(username);
      // What an account that is taken down keeps is shown to nobody.
      const hidden = takenDown.has(did);
      if (hidden) await server.setTakedown(did, false);
      const [posts, profiles, follows] = await Promise.all([
        server.records(did, 'app.bsky.feed.post'),
        server.records(did, 'app.bsky.actor.profile'),
        server.records(did, 'app.bsky.graph.follow'),
      ]);
      if (hidden) await server.setTakedown(did, true);
      const nameOf = (of: string) => [...dids].find(([, known]) => known === of)![0];
      const profile = profiles[0]?.value as { description?: string; avatar?: BlobRef } | undefined;
      const { logins, changes } = gateway.counts(did);
      return {
        posts: posts.map(readPost).map(({ id, text, mentions, blob }) => ({
          id,
          caption: text.split('\n\nwith @')[0]!,
          location: null,
          mentions: mentions.map((mention) => nameOf(mention.did)),
          mediaSha256: sha256OfBlob(blob),
        })),
        bio: profile?.description ?? '',
        avatar: profile?.avatar ? sha256OfBlob(profile.avatar) : null,
        follows: follows.map(followedBy).map(nameOf),
        logins,
        changes,
      };
    },
    async close() {
      await bench.endHandles();
      await gateway.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return bench;
}
