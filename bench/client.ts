import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { TestStack } from '../stack/testing.ts';

/** The few API calls that benchmarks make. Answers are taken as they come: the tests hold them against their schemas. */
export function benchClient(stack: Pick<TestStack, 'apiUrl' | 'adminToken'>) {
  const headers = { authorization: `Bearer ${stack.adminToken}` };

  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${stack.apiUrl}${path}`, {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 400)}`);
    return JSON.parse(text) as T;
  }

  async function uploadMedia(path: string): Promise<string> {
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(await readFile(path))]), basename(path));
    const response = await fetch(`${stack.apiUrl}/api/media`, { method: 'POST', headers, body: form });
    if (!response.ok) throw new Error(`POST /api/media: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { id: string }).id;
  }
  return { call, uploadMedia };
}
