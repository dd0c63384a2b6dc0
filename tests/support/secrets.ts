import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBufferPromise } from 'yauzl';
import { z } from 'zod';
import { accountSecretSchema } from '../../contracts/worker-api.ts';
import type { Bench, TestAccount } from './bench.ts';

const stateSchema = z.object({ cookies: z.array(z.object({ name: z.string(), value: z.string() })) });

/** Values of the cookies that the account's stored session holds, read as a worker that serves its lease would. */
export async function cookiesOf(bench: Bench, account: TestAccount): Promise<string[]> {
  const lock = { resource: `account/${account.id}`, owner: 'test', ttlMs: 10_000 };
  const { fencingToken } = await bench.call('POST', '/api/locks/acquire', z.object({ fencingToken: z.string() }), lock);
  const response = await fetch(new URL(`/api/worker/accounts/${account.id}/secret`, bench.stack.apiUrl), {
    method: 'POST',
    headers: { authorization: `Bearer ${bench.stack.workerToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ fencingToken }),
  });
  const { storageState } = accountSecretSchema.parse(await response.json());
  await bench.send('POST', '/api/locks/release', { resource: lock.resource, fencingToken });
  return stateSchema.parse(storageState).cookies.map(({ value }) => value);
}

/** All that is inside a ZIP file, names included, one after the other. */
export async function unzipped(bytes: Buffer): Promise<Buffer> {
  const parts: Buffer[] = [];
  const zip = await fromBufferPromise(bytes);
  for await (const entry of zip.eachEntry()) {
    parts.push(Buffer.from(entry.fileName));
    if (entry.fileName.endsWith('/')) continue;
    for await (const chunk of await zip.openReadStreamPromise(entry)) parts.push(chunk as Buffer);
  }
  return Buffer.concat(parts);
}

/** The files under these folders of the stack's data that hold one of the texts. */
export async function filesWith(bench: Bench, folders: readonly string[], texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    const entries = await readdir(join(bench.stack.dataFolder, folder), { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      // A database may remove a file while it is listed.
      const bytes = await readFile(path).catch(() => Buffer.alloc(0));
      if (texts.some((text) => bytes.includes(text))) found.push(path);
    }
  }
  return found;
}
