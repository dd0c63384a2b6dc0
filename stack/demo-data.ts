import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { renderSampleVideos } from '../activities/media/samples.ts';
import { type ApiClient, ApiError, createApiClient } from './api-client.ts';
import { readOrMakeSecret } from './keys.ts';

export const DEMO_TAG = 'demo';
const PREFIX = 'demo';
const ACCOUNTS = 20;
const VIDEOS = 3;

export interface DemoAddresses {
  apiUrl: string;
  adminToken: string;
  sandboxUrl: string;
  dataFolder: string;
}

const stateSchema = z.object({
  /** `started` is left behind by a start that was interrupted: the next one goes on with it. */
  state: z.enum(['started', 'added', 'declined']),
});
export type DemoState = z.infer<typeof stateSchema>['state'];

const stateFile = (dataFolder: string) => join(dataFolder, 'demo.json');

/** What became of the demo data of this installation; undefined when it was never offered. */
export async function readDemoState(dataFolder: string): Promise<DemoState | undefined> {
  const text = await readFile(stateFile(dataFolder), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : stateSchema.parse(JSON.parse(text)).state;
}

export async function writeDemoState(dataFolder: string, state: DemoState): Promise<void> {
  const file = stateFile(dataFolder);
  await writeFile(`${file}.new`, JSON.stringify({ state }));
  await rename(`${file}.new`, file);
}

const accountPage = z.object({
  items: z.array(z.object({ username: z.string() })),
  nextCursor: z.string().nullish(),
});

/** Whether the installation has no account at all. */
export async function isEmptyInstallation(addresses: Pick<DemoAddresses, 'apiUrl' | 'adminToken'>): Promise<boolean> {
  const api = createApiClient(addresses.apiUrl, addresses.adminToken);
  return (await api.get('/api/accounts?limit=1', accountPage)).items.length === 0;
}

/**
 * Adds twenty accounts of the sandbox site and three sample videos. Called again it adds only what is missing.
 * Returns the ids of the videos.
 */
export async function seedDemo(addresses: DemoAddresses): Promise<{ mediaIds: string[] }> {
  await writeDemoState(addresses.dataFolder, 'started');
  const api = createApiClient(addresses.apiUrl, addresses.adminToken);
  const password = await readOrMakeSecret(join(addresses.dataFolder, 'keys', 'demo-password'), () =>
    randomBytes(12).toString('base64url'),
  );
  const usernames = await ensureSandboxAccounts(createApiClient(addresses.sandboxUrl), password);
  for (const username of usernames) await ensureAccount(api, username, password);
  const mediaIds = await uploadVideos(api, join(addresses.dataFolder, 'samples'));
  await writeDemoState(addresses.dataFolder, 'added');
  return { mediaIds };
}

const truthSchema = z.object({
  accounts: z.array(z.object({ username: z.string(), posts: z.array(z.object({ id: z.coerce.string() })) })),
});

const isDemoAccount = ({ username }: { username: string }) => new RegExp(`^${PREFIX}\\d+$`).test(username);

/** The ids of all posts that the sandbox site has from the demo accounts. */
export async function demoPosts(sandboxUrl: string): Promise<Set<string>> {
  const truth = await createApiClient(sandboxUrl).get('/_control/truth', truthSchema);
  return new Set(truth.accounts.filter(isDemoAccount).flatMap(({ posts }) => posts.map(({ id }) => id)));
}

async function ensureSandboxAccounts(sandbox: ApiClient, password: string): Promise<string[]> {
  const truth = await sandbox.get('/_control/truth', truthSchema);
  const present = truth.accounts.filter(isDemoAccount).map(({ username }) => username);
  if (present.length >= ACCOUNTS) return present.slice(0, ACCOUNTS);
  const answer = await sandbox.post(
    '/_control/accounts',
    { count: ACCOUNTS - present.length, prefix: PREFIX, password },
    z.object({ accounts: z.array(z.object({ username: z.string() })) }),
  );
  return [...present, ...answer.accounts.map(({ username }) => username)];
}

async function ensureAccount(api: ApiClient, username: string, password: string): Promise<void> {
  const body = { platform: 'sandbox', username, password, tags: [DEMO_TAG] };
  await api.post('/api/accounts', body, z.unknown()).catch((error: unknown) => {
    // It is there already.
    if (!(error instanceof ApiError && error.status === 409)) throw error;
  });
}

async function uploadVideos(api: ApiClient, folder: string): Promise<string[]> {
  const ids: string[] = [];
  for (const { path } of await renderSampleVideos(folder, VIDEOS)) {
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(await readFile(path))], { type: 'video/mp4' }), basename(path));
    // The same bytes again are answered with the same id.
    ids.push((await api.post('/api/media', form, z.object({ id: z.string() }))).id);
  }
  return ids;
}
