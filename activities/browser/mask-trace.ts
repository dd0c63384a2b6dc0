import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { ZipFile } from 'yazl';
import { createMasker } from '../sessions/secrets.ts';

/** Larger entries are left out of the masked trace: they are uploaded media, not what explains a failure. */
const LARGEST_ENTRY_BYTES = 16 * 1024 ** 2;

/** Headers whose values are secrets, whether or not anybody knows them beforehand. */
const SECRET_HEADERS = new Set(['cookie', 'set-cookie', 'authorization', 'proxy-authorization', 'x-csrf-token']);
const LEAST_VALUE_CHARS = 8;

interface Entry {
  name: string;
  bytes: Buffer;
}

async function readEntries(zipPath: string): Promise<Entry[]> {
  const zip = await openPromise(zipPath);
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/') || entry.uncompressedSize > LARGEST_ENTRY_BYTES) continue;
    const chunks: Buffer[] = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    entries.push({ name: entry.fileName, bytes: Buffer.concat(chunks) });
  }
  return entries;
}

interface NameValue {
  name: string;
  value: string;
}

function isNameValue(value: unknown): value is NameValue {
  const pair = value as NameValue | null;
  return typeof pair === 'object' && pair !== null && typeof pair.name === 'string' && typeof pair.value === 'string';
}

/** Cookie values inside a `Cookie` or `Set-Cookie` header; the whole value of any other header. */
function valuesOfHeader({ name, value }: NameValue): string[] {
  if (!name.toLowerCase().endsWith('cookie')) return [value];
  const parts =
    name.toLowerCase() === 'cookie' ? value.split(';') : value.split('\n').map((line) => line.split(';')[0]);
  return parts.flatMap((part) => part?.slice(part.indexOf('=') + 1).trim() ?? []);
}

/** Walks a record of the network log for secret headers and cookies: a cookie may be replaced before anybody reads it. */
function collect(value: unknown, key: string, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) {
      if (isNameValue(item) && key === 'cookies') found.add(item.value);
      else if (isNameValue(item) && SECRET_HEADERS.has(item.name.toLowerCase())) {
        for (const part of valuesOfHeader(item)) found.add(part);
      } else collect(item, key, found);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) collect(inner, name, found);
  }
}

function networkSecrets(entries: readonly Entry[]): string[] {
  const found = new Set<string>();
  for (const { name, bytes } of entries) {
    if (!name.endsWith('.network')) continue;
    for (const line of bytes.toString('utf8').split('\n')) {
      try {
        collect(JSON.parse(line), '', found);
      } catch {
        // A record cut short by a crash: the masker still reads it as bytes.
      }
    }
  }
  return [...found].filter((value) => value.length >= LEAST_VALUE_CHARS);
}

/** Resources are named by the SHA-1 of their bytes: the name of a masked one would still tell a guess at the secret. */
function renameMasked(name: string, masked: Buffer): { from: string; to: string } | null {
  const from = /(?:^|\/)([0-9a-f]{40})(?=[.]|$)/.exec(name)?.[1];
  return from ? { from, to: createHash('sha1').update(masked).digest('hex') } : null;
}

async function writeEntries(zipPath: string, entries: readonly Entry[]): Promise<void> {
  const zip = new ZipFile();
  for (const { name, bytes } of entries) zip.addBuffer(bytes, name);
  zip.end();
  const unfinished = `${zipPath}.masking`;
  await pipeline(zip.outputStream, createWriteStream(unfinished, { mode: 0o600 }));
  await rename(unfinished, zipPath);
}

/**
 * Rewrites a Playwright trace in place so that no secret is left in any entry: the given ones in every form they may be
 * written in, and every cookie and authorisation value that the network log holds.
 * @throws Error when the file is no zip archive; it is left as it was and must not be kept
 */
export async function maskTrace(zipPath: string, secrets: readonly string[]): Promise<void> {
  const entries = await readEntries(zipPath);
  const mask = createMasker([...secrets, ...networkSecrets(entries)], 'latin1');
  const renamed = new Map<string, string>();
  const masked = entries.map(({ name, bytes }) => {
    const before = bytes.toString('latin1');
    const after = mask(before);
    if (after === before) return { name, bytes };
    const maskedBytes = Buffer.from(after, 'latin1');
    const change = renameMasked(name, maskedBytes);
    if (change) renamed.set(change.from, change.to);
    return { name, bytes: maskedBytes };
  });
  const newName = (text: string) => text.replace(/\b[0-9a-f]{40}\b/g, (hash) => renamed.get(hash) ?? hash);
  await writeEntries(
    zipPath,
    masked.map(({ name, bytes }) => ({
      name: newName(mask(name)),
      bytes: /\.(trace|network|stacks)$/.test(name) ? Buffer.from(newName(bytes.toString('latin1')), 'latin1') : bytes,
    })),
  );
}
