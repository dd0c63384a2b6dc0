import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import express from 'express';
import { dashboard } from './dashboard.ts';

const SCRIPT = 'export const words = "again and again";\n'.repeat(200);
let folder: string;
let server: Server;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flotilla-dashboard-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<h1>Flotilla</h1>');
  writeFileSync(join(folder, 'assets', 'page-B3x_1.js'), SCRIPT);
  const app = express().use(...dashboard(folder));
  server = await new Promise<Server>((done) => {
    const listening = app.listen(0, '127.0.0.1', () => done(listening));
  });
});
afterAll(async () => {
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true, force: true });
});

interface Got {
  status: number | undefined;
  headers: Record<string, unknown>;
  body: Buffer;
}
const get = (path: string, encoding: string): Promise<Got> =>
  new Promise((done, fail) => {
    const { port } = server.address() as AddressInfo;
    const headers = { 'accept-encoding': encoding };
    request({ port, host: '127.0.0.1', path, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () =>
        done({ status: response.statusCode, headers: response.headers, body: Buffer.concat(pieces) }),
      );
    })
      .on('error', fail)
      .end();
  });

describe('the scripts of the dashboard', () => {
  it('go over the line compressed, to be kept for good', async () => {
    const { status, headers, body } = await get('/assets/page-B3x_1.js', 'gzip, br');
    expect({ status, body: gunzipSync(body).toString() }).toEqual({ status: 200, body: SCRIPT });
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(headers['content-type']).toMatch(/javascript/);
    expect(headers['cache-control']).toMatch(/immutable/);
    expect(body.length).toBeLessThan(SCRIPT.length / 4);
  });

  it('go as they are to who takes nothing else', async () => {
    const { headers, body } = await get('/assets/page-B3x_1.js', 'identity');
    expect([headers['content-encoding'], body.toString()]).toEqual([undefined, SCRIPT]);
  });

  it('stay missing where they are, and lead nowhere else', async () => {
    expect((await get('/assets/gone-1.js', 'gzip')).status).toBe(404);
    expect((await get('/assets/..%2F..%2Fetc%2Fpasswd.js', 'gzip')).status).toBe(404);
  });
});
