import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaultOrder } from './faults.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from './server.ts';
import type { accountTruth, summary } from './truth.ts';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** Path of the redirect, where it is one. */
  location: string | null;
}

/** One person's browser as far as HTTP goes: it keeps cookies and does not follow redirects. */
export interface Visitor {
  get(path: string): Promise<Answer>;
  post(path: string, form: Record<string, string>): Promise<Answer>;
  logIn(username: string, password?: string): Promise<Answer>;
  /** Sends the upload form as the page's script does. */
  upload(path: string, file: Uint8Array<ArrayBuffer> | null, fields?: Record<string, string>): Promise<Answer>;
  /** Sends the upload form as a browser without script does. */
  submitUpload(path: string, file: Uint8Array<ArrayBuffer>): Promise<Answer>;
  savePhoto(file: Uint8Array<ArrayBuffer>): Promise<Answer>;
}

export function newVisitor(url: string): Visitor {
  let cookie = '';
  async function send(path: string, init: RequestInit): Promise<Answer> {
    const headers = { ...(init.headers as Record<string, string>), ...(cookie === '' ? {} : { cookie }) };
    const response = await fetch(url + path, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) cookie = line.split(';')[0] ?? '';
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, location: response.headers.get('location') };
  }
  const post = (path: string, form: Record<string, string>) =>
    send(path, { method: 'POST', body: new URLSearchParams(form) });
  return {
    get: (path) => send(path, {}),
    post,
    logIn: (username, password = 'secret') => post('/login', { username, password }),
    upload: (path, file, fields = {}) => {
      const body = new FormData();
      for (const [name, value] of Object.entries(fields)) body.append(name, value);
      if (file) body.append('file', new Blob([file]), 'file');
      return send(path, { method: 'POST', body, headers: { accept: 'application/json' } });
    },
    submitUpload: (path, file) => {
      const body = new FormData();
      body.append('file', new Blob([file]), 'file');
      return send(path, { method: 'POST', body });
    },
    savePhoto: (file) => {
      const body = new FormData();
      body.append('photo', new Blob([file]), 'photo');
      return send('/settings/photo', { method: 'POST', body });
    },
  };
}

export type Truth = ReturnType<typeof accountTruth>;

/** A site of one's own on a free port, with a folder of its own, and its control routes at hand. */
export async function newSite(options: Partial<SandboxOptions> = {}) {
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'sandbox-test-')));
  const sandbox: Sandbox = await startSandbox({ port: 0, dataFolder, processingDelayMs: 0, ...options });
  const { url } = sandbox;

  async function control<Result>(path: string, body?: unknown): Promise<Result> {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`${url}/_control/${path}`, init);
    return (await response.json()) as Result;
  }
  return {
    url,
    dataFolder,
    control,
    visitor: () => newVisitor(url),
    /** Makes accounts with the password `secret`. */
    accounts: (...usernames: string[]) =>
      control('accounts', { accounts: usernames.map((username) => ({ username, password: 'secret' })) }),
    loggedIn: async (username: string) => {
      const visitor = newVisitor(url);
      await visitor.logIn(username);
      return visitor;
    },
    faults: (...faults: FaultOrder[]) => control('faults', { faults }),
    truth: async (username: string) => {
      const { accounts } = await control<{ accounts: Truth[] }>(`truth?username=${username}`);
      if (!accounts[0]) throw new Error(`no account ${username}`);
      return accounts[0];
    },
    summary: () => control<ReturnType<typeof summary>>('truth/summary'),
    code: async (username: string) => {
      const { messages } = await control<{ messages: { code: string }[] }>(`mailbox/${username}`);
      return messages.at(-1)?.code ?? 'none';
    },
    close: () => sandbox.close(),
    closeAndForget: async () => {
      await sandbox.close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** What the page's alert says. */
export function alertOf({ text }: Answer): string | undefined {
  return /<p role="alert"[^>]*>([^<]*)/.exec(text)?.[1];
}

function box(type: string, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const header = Buffer.alloc(8);
  header.writeUInt32BE(body.length + 8);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, body]);
}

/** A film as far as its boxes go. Other `content` makes other bytes. */
export function film(content = 'film', brand = 'isom'): Uint8Array<ArrayBuffer> {
  const moov = box('moov', box('hdlr', Buffer.from('\0\0\0\0\0\0\0\0vide')));
  return new Uint8Array(
    Buffer.concat([box('ftyp', Buffer.from(`${brand}\0\0\0\0`)), moov, box('mdat', Buffer.from(content))]),
  );
}

export const PHOTO = new Uint8Array(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
);

export function webm(): Uint8Array<ArrayBuffer> {
  const head = Buffer.from('1a45dfa3870000428284', 'hex');
  const segment = Buffer.from('1853806784', 'hex');
  return new Uint8Array(Buffer.concat([head, Buffer.from('webm'), segment, Buffer.from('data'), Buffer.alloc(8)]));
}

export function jpeg(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(`ffd8ffe0${'00'.repeat(12)}ffda${'11'.repeat(8)}ffd9`, 'hex'));
}
