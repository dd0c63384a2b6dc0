import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Command } from 'commander';
import { createApp } from '../../api/app.ts';
import { appendAudit } from '../../api/audit/append.ts';
import type { TestApi } from '../../api/testing.ts';
import { startTestApi } from '../../api/testing.ts';
import { register } from './audit.ts';

describe('flotilla audit verify', () => {
  let api: TestApi;
  const before = { ...process.env };
  let server: Server;
  let said: string[];
  beforeAll(async () => {
    api = await startTestApi();
    server = createApp(api.deps).listen(0, '127.0.0.1');
    await once(server, 'listening');
    process.env.API_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    process.env.DATABASE_URL = String(api.deps.env.DATABASE_URL);
    process.env.FLOTILLA_ADMIN_TOKEN = api.deps.keys.adminToken;
    const none = { actorId: '', actor: 'test', detail: {}, address: null, requestId: null };
    for (let n = 0; n < 3; n += 1) await appendAudit(api.deps, { ...none, action: 'test', subject: `test/${n}` });
  });
  afterAll(async () => {
    process.env = before;
    process.exitCode = 0;
    server?.closeAllConnections();
    server?.close();
    await api?.stop();
  });
  beforeEach(() => {
    said = [];
    process.exitCode = 0;
    jest.spyOn(console, 'log').mockImplementation((text) => void said.push(String(text)));
  });
  afterEach(() => jest.restoreAllMocks());

  async function run(...args: string[]) {
    const program = new Command().exitOverride();
    register(program);
    await program.parseAsync(['audit', 'verify', ...args], { from: 'user' });
    return { text: said.join('\n'), exitCode: process.exitCode };
  }

  it.each([
    ['on the database', []],
    ['through the API', ['--through-api']],
  ])('finds a whole log whole, %s', async (_how, args) => {
    const { text, exitCode } = await run(...args);
    expect([text.split('\n')[0], exitCode]).toEqual(['The audit log is whole: 3 rows were checked.', 0]);
    const [, noted = ''] = /--expect (\S+)/.exec(text) ?? [];
    expect((await run(...args, '--expect', noted)).exitCode).toBe(0);
    expect((await run(...args, '--expect', noted.replace(/.{3}$/, 'fff'))).exitCode).toBe(1);
  });

  it.each([
    ['on the database', []],
    ['through the API', ['--through-api']],
  ])('finds a changed row, %s', async (_how, args) => {
    const row = await api.deps.db.auditEvent.findFirstOrThrow({ where: { subject: 'test/1' } });
    await api.deps.db.auditEvent.update({ where: { id: row.id }, data: { actor: 'somebody else' } });
    const { text, exitCode } = await run(...args);
    expect([text, exitCode]).toEqual([expect.stringContaining(`NOT whole, at row ${row.id}: It was changed.`), 1]);
    said = [];
    const { text: json } = await run(...args, '--json');
    expect(JSON.parse(json)).toMatchObject({ ok: false, firstBadId: String(row.id) });
    await api.deps.db.auditEvent.update({ where: { id: row.id }, data: { actor: row.actor } });
  });
});
