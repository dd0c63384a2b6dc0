import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { HOST_SOCKET, type ToHost, type ToPerson, VIEW_SOCKET } from '../../contracts/live-view.ts';
import { query } from '../door/sql.ts';
import { makeAccounts } from '../door/test-data.ts';
import { route } from '../route.ts';
import { allRoutes } from '../routes.ts';
import { startTestApi, type TestApi } from '../testing.ts';
import { guardSocket, socketAcceptor } from './upgrade.ts';

/** A socket that is looked at again often, so that the test need not wait for half a minute. */
const accept = socketAcceptor(1_000);
const guard = { access: 'operator', method: 'get', tags: ['Live view'] } as const;
const watched = route({
  ...guard,
  path: '/api/live-guard',
  operationId: 'watched',
  summary: 'A socket',
  responses: { 101: { description: 'It is one' }, 426: { description: 'It is none' } },
  async handler({ req, deps }) {
    guardSocket(await accept(req), { req, deps }, guard, 20);
    return 'streamed';
  },
});

describe('live views', () => {
  let api: TestApi;
  const sockets: WebSocket[] = [];
  beforeAll(async () => {
    api = await startTestApi({ routes: [...allRoutes, watched] });
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.terminate();
  });
  afterAll(async () => {
    await api?.stop();
  });

  interface Talk {
    socket: WebSocket;
    /** The next message, in order. */
    next<T>(): Promise<T>;
    say(message: unknown): void;
  }

  function talk(path: string, headers: Record<string, string>): Talk {
    const socket = new WebSocket(api.url.replace('http', 'ws') + path, { headers });
    sockets.push(socket);
    const heard: unknown[] = [];
    let wake: () => void = () => undefined;
    socket.on('message', (data) => {
      heard.push(JSON.parse(String(data)));
      wake();
    });
    return {
      socket,
      async next<T>() {
        while (heard.length === 0) await new Promise<void>((done) => (wake = done));
        return heard.shift() as T;
      },
      say: (message) => socket.send(JSON.stringify(message)),
    };
  }

  /** The status that a refused socket is answered with. */
  async function refusal(path: string, headers: Record<string, string> = {}): Promise<number> {
    const { socket } = talk(path, headers);
    socket.on('error', () => undefined);
    const [, answer] = await once(socket, 'unexpected-response');
    return answer.statusCode;
  }

  const admin = () => ({ authorization: `Bearer ${api.deps.keys.adminToken}` });
  async function host(name: string): Promise<Talk> {
    const found = talk(HOST_SOCKET, { authorization: `Bearer ${api.deps.keys.workerToken}` });
    const before = api.deps.live.hosts();
    await once(found.socket, 'open');
    found.say({ type: 'hello', host: name });
    while (api.deps.live.hosts() === before) await new Promise((done) => setTimeout(done, 10));
    return found;
  }

  let made = 0;
  /** One account task of a bulk task of its own; a parked one waits at a checkpoint. */
  async function accountTask(state: 'parked' | 'running') {
    made += 1;
    const [accountId = ''] = await makeAccounts(api, `live${made}-`, 1);
    const taskId = randomUUID();
    const { db } = api.deps;
    await query(
      db,
      `INSERT INTO "BulkTask" (id, kind, name, params, selection, "window", total, "workflowId")
       VALUES ($1::uuid, 'upload', 'Summer', '{}', '{}', 5, 1, $1)`,
      taskId,
    );
    const task = { taskId, ordinal: 0, accountId, username: `live${made}-0`, plan: {}, state };
    const { id: accountTaskId } = await db.accountTask.create({ data: task });
    const entry = { accountTaskId, accountId, taskId, type: 'checkpoint', message: 'Confirm.', state: 'open' };
    if (state === 'parked') await db.challenge.create({ data: entry });
    return { accountTaskId, accountId };
  }

  it('are for those who may operate, and hosts come with a worker token', async () => {
    const path = `${VIEW_SOCKET}00000000-0000-4000-8000-000000000000`;
    const { sha256Hex } = await import('../auth.ts');
    const token = 'flt_viewer-of-live-views';
    await api.deps.db.apiToken.create({ data: { name: 'viewer', hash: sha256Hex(token), scopes: ['viewer'] } });
    expect(await refusal(path)).toBe(401);
    expect(await refusal(path, { authorization: `Bearer ${token}` })).toBe(403);
    expect(await refusal(HOST_SOCKET, { authorization: `Bearer ${token}` })).toBe(403);
    expect((await api.call(path)).status).toBe(426);
  });

  it('are not opened by other sites with a cookie', async () => {
    const { createSession } = await import('../web-sessions.ts');
    const user = await api.deps.db.user.create({ data: { name: 'looker', role: 'operator', passwordHash: 'none' } });
    const { cookie } = await createSession(user.id, { address: undefined, userAgent: undefined }, api.deps);
    const path = `${VIEW_SOCKET}00000000-0000-4000-8000-000000000000`;
    const headers = { cookie: `flotilla_session=${cookie}` };
    expect(await refusal(path, headers)).toBe(403);
    expect(await refusal(path, { ...headers, origin: 'https://elsewhere.example' })).toBe(403);
    const { next } = talk(path, { ...headers, origin: api.url });
    expect(await next<ToPerson>()).toMatchObject({ type: 'ended', message: 'There is no such account task.' });
  });

  it('are cut when the token that opened them is revoked', async () => {
    const { sha256Hex } = await import('../auth.ts');
    const token = 'flt_operator-whose-token-goes';
    const hash = sha256Hex(token);
    await api.deps.db.apiToken.create({ data: { name: 'leaves', hash, scopes: ['operator'] } });
    const { socket } = talk('/api/live-guard', { authorization: `Bearer ${token}` });
    await once(socket, 'open');
    await api.deps.db.apiToken.update({ where: { hash }, data: { revokedAt: new Date() } });
    await once(socket, 'close');
  });

  it('follow an account task from host to host', async () => {
    const { accountTaskId } = await accountTask('parked');
    const one = await host('one');
    const person = talk(`${VIEW_SOCKET}${accountTaskId}`, admin());
    expect(await person.next<ToPerson>()).toEqual({ type: 'waiting' });
    const asked = await one.next<Extract<ToHost, { type: 'watch' }>>();
    expect(asked).toMatchObject({ type: 'watch', accountTaskId });
    const { view } = asked;
    const frame = { type: 'frame', n: 1, data: 'aGk=', width: 800, height: 600, address: 'site.example/' };
    one.say({ type: 'opened', view, note: null });
    one.say({ ...frame, view });
    expect(await person.next<ToPerson>()).toEqual({ type: 'opened', note: null });
    expect(await person.next<ToPerson>()).toEqual(frame);
    person.say({ type: 'ack', n: 1 });
    expect(await one.next<ToHost>()).toEqual({ type: 'ack', n: 1, view });
    // Nobody types into a step.
    person.say({ type: 'input', input: { kind: 'text', text: 'x' } });

    one.socket.terminate();
    expect(await person.next<ToPerson>()).toEqual({ type: 'waiting' });
    const two = await host('two');
    expect(await two.next<ToHost>()).toEqual(asked);
    two.say({ type: 'opened', view, note: null });
    expect(await person.next<ToPerson>()).toEqual({ type: 'opened', note: null });
    person.socket.close();
    expect(await two.next<ToHost>()).toEqual({ type: 'close', view });
  });

  it('give a parked account to one person at a time, and let go of it afterwards', async () => {
    const { accountTaskId, accountId } = await accountTask('parked');
    const path = `${VIEW_SOCKET}${accountTaskId}?mode=take-over`;
    const none = talk(path, admin());
    expect(await none.next<ToPerson>()).toMatchObject({
      reason: 'host-gone',
      message: expect.stringMatching(/^No browser host/),
    });

    const full = await host('full');
    const free = await host('free');
    const person = talk(path, admin());
    const refused = await full.next<Extract<ToHost, { type: 'take-over' }>>();
    expect(refused).toMatchObject({ accountTaskId, accountId, platform: 'sandbox' });
    full.say({ type: 'full', view: refused.view });
    expect(await free.next<ToHost>()).toEqual(refused);
    const second = talk(path, admin());
    expect(await second.next<ToPerson>()).toMatchObject({
      type: 'ended',
      message: expect.stringMatching(/in use right now/),
    });

    person.say({ type: 'input', input: { kind: 'text', text: 'hello' } });
    expect(await free.next<ToHost>()).toMatchObject({ type: 'input', input: { text: 'hello' }, view: refused.view });
    person.socket.close();
    expect(await free.next<ToHost>()).toEqual({ type: 'close', view: refused.view });
    free.say({ type: 'ended', view: refused.view, reason: 'left', message: '' });
    const third = talk(path, admin());
    expect(await full.next<ToHost>()).toMatchObject({ type: 'take-over', accountId });
    third.socket.close();

    const rows = await api.deps.db.auditEvent.findMany({ orderBy: { id: 'asc' }, where: { action: 'takeOver.ended' } });
    expect(rows.map(({ detail }) => (detail as { reason: string }).reason)).toEqual(['host-gone', 'left']);
  });

  it('refuse what is not parked, and close a socket that says something else', async () => {
    const { accountTaskId } = await accountTask('running');
    const running = talk(`${VIEW_SOCKET}${accountTaskId}?mode=take-over`, admin());
    expect(await running.next<ToPerson>()).toMatchObject({
      reason: 'failed',
      message: expect.stringMatching(/only one that waits/),
    });
    const rude = talk(`${VIEW_SOCKET}${accountTaskId}`, admin());
    await rude.next();
    rude.say({ type: 'input', input: { kind: 'mouse', type: 'pressed', x: -1, y: 0 } });
    expect((await once(rude.socket, 'close'))[0]).toBe(1008);
  });
});
