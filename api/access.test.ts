import { AREAS, areaOfTag } from '../contracts/scopes.ts';
import { Problem } from './problem.ts';
import type { Access, Route } from './route.ts';
import { allRoutes } from './routes.ts';
import type { TestApi, TestCall } from './testing.ts';
import { startTestApi } from './testing.ts';

/**
 * Who may call what, written down a second time. Reading wants a viewer, changing an operator, `/api/worker/…` a worker
 * token; everything else stands here by name, so that a route that loses its guard is noticed.
 */
const EXCEPTIONS: Readonly<Record<string, Access>> = {
  // Nobody is signed in yet; the content of media checks by itself, for signed links.
  health: 'public',
  signIn: 'public',
  getMediaContent: 'public',
  // One's own affairs.
  me: 'signed-in',
  signOut: 'signed-in',
  changePassword: 'signed-in',
  listSessions: 'signed-in',
  endSession: 'signed-in',
  endOtherSessions: 'signed-in',
  getPreferences: 'signed-in',
  changePreferences: 'signed-in',
  // An upload under way is its owner's, who may upload.
  getUpload: 'operator',
  // A view is its owner's.
  createView: 'viewer',
  deleteView: 'viewer',
  // Whoever looks at a page sees what the account sees.
  openLiveView: 'operator',
  // Reads, though it posts.
  decodePayloads: 'viewer',
  // Who may do what, and what it is kept for.
  listUsers: 'admin',
  createUser: 'admin',
  changeUser: 'admin',
  resetPassword: 'admin',
  deleteUser: 'admin',
  listTokens: 'admin',
  createToken: 'admin',
  revokeToken: 'admin',
  listWorkerTokens: 'admin',
  createWorkerToken: 'admin',
  revokeWorkerToken: 'admin',
  getSettings: 'admin',
  changeSettings: 'admin',
  listAudit: 'admin',
  verifyAudit: 'admin',
  runRetention: 'admin',
  // Their addresses may be keys, and their messages name accounts.
  listWebhooks: 'admin',
  createWebhook: 'admin',
  getWebhook: 'admin',
  changeWebhook: 'admin',
  deleteWebhook: 'admin',
  testWebhook: 'admin',
  listWebhookDeliveries: 'admin',
  retryWebhookDelivery: 'admin',
  // What hosts report and fetch outside /api/worker.
  getMediaByHash: 'worker',
  registerWorker: 'worker',
  heartbeatWorker: 'worker',
  reportWorkerMetrics: 'worker',
  reportWorkerErrors: 'worker',
};

function expectedAccess({ operationId, path, method }: Route): Access {
  const exception = EXCEPTIONS[operationId];
  if (exception) return exception;
  if (path.startsWith('/api/worker/')) return 'worker';
  return method === 'get' ? 'viewer' : 'operator';
}

const LETS_IN: Readonly<Record<Access, readonly string[]>> = {
  public: ['none', 'viewer', 'operator', 'admin', 'worker'],
  'signed-in': ['viewer', 'operator', 'admin'],
  viewer: ['viewer', 'operator', 'admin'],
  operator: ['operator', 'admin'],
  admin: ['admin'],
  worker: ['worker', 'admin'],
};

/** The routes with their guards, and nothing behind them. */
const REACHED = 418;
const guards: Route[] = allRoutes.map(({ params: _p, query: _q, body: _b, multipart: _m, ...route }) => ({
  ...route,
  responses: { [REACHED]: { description: 'Reached' } },
  handler: async () => {
    throw new Problem(REACHED, 'Reached.');
  },
}));

const ID = '00000000-0000-4000-8000-000000000000';
const addressOf = ({ path }: Route): string => path.replace(/\{\w+\}/g, ID);

describe('every route', () => {
  let api: TestApi;
  const tokens: Record<string, string | null> = { none: null };
  beforeAll(async () => {
    api = await startTestApi({ routes: guards });
    const { deps } = api;
    const { sha256Hex } = await import('./auth.ts');
    for (const role of ['viewer', 'operator', 'admin']) {
      tokens[role] = `flt_${role}-of-the-matrix`;
      await deps.db.apiToken.create({ data: { name: role, hash: sha256Hex(tokens[role]), scopes: [role] } });
    }
    tokens.worker = 'flt_worker_of-the-matrix';
    await deps.db.workerToken.create({ data: { name: 'a host', hash: sha256Hex(tokens.worker) } });
  });
  afterAll(async () => {
    await api?.stop();
  });

  async function signedIn(role: string) {
    // The matrix has no sign-in behind its guard, so the session is made by hand.
    const { createSession } = await import('./web-sessions.ts');
    const user = await api.deps.db.user.create({ data: { name: `person-${role}`, role, passwordHash: 'none' } });
    const place = { address: undefined, userAgent: undefined };
    const { cookie, csrf } = await createSession(user.id, place, api.deps);
    return { cookie: `flotilla_session=${cookie}`, csrf };
  }

  it.each(['none', 'viewer', 'operator', 'admin', 'worker'])(
    'lets in %s only where the table says so',
    async (role) => {
      const wrong: string[] = [];
      for (const route of guards) {
        const method = route.method.toUpperCase();
        const { status } = await api.call(addressOf(route), { method, token: tokens[role] ?? null });
        const isIn = LETS_IN[expectedAccess(route)].includes(role);
        const expected = isIn ? REACHED : role === 'none' ? 401 : 403;
        if (status !== expected) wrong.push(`${role} ${method} ${route.path}: ${status} instead of ${expected}`);
      }
      expect(wrong).toEqual([]);
    },
  );

  it('refuses a cookie without the CSRF header on every call that changes something', async () => {
    const { cookie, csrf } = await signedIn('admin');
    const wrong: string[] = [];
    for (const route of guards.filter(({ method, access }) => method !== 'get' && access !== 'public')) {
      const call: TestCall = { method: route.method.toUpperCase(), token: null };
      const without = await api.call(addressOf(route), { ...call, headers: { cookie } });
      const stale = await api.call(addressOf(route), { ...call, headers: { cookie, 'x-csrf-token': 'stale' } });
      const right = await api.call(addressOf(route), { ...call, headers: { cookie, 'x-csrf-token': csrf } });
      const statuses = [without.status, stale.status, right.status].join();
      if (statuses !== [403, 403, REACHED].join()) wrong.push(`${route.operationId}: ${statuses}`);
    }
    expect(wrong).toEqual([]);
  });

  it('opens nothing but the own affairs before a first password is replaced', async () => {
    const { cookie, csrf } = await signedIn('operator');
    await api.deps.db.user.update({ where: { name: 'person-operator' }, data: { mustChangePassword: true } });
    const open: string[] = [];
    for (const route of guards) {
      const headers = { cookie, 'x-csrf-token': csrf };
      const { status } = await api.call(addressOf(route), { method: route.method.toUpperCase(), token: null, headers });
      if (status === REACHED) open.push(route.operationId);
    }
    const expected = Object.entries(EXCEPTIONS).filter(([, access]) => ['public', 'signed-in'].includes(access));
    expect(open.sort()).toEqual(expected.map(([operationId]) => operationId).sort());
  });

  it('belongs to an area that scopes can name, is for worker hosts, or is about the sign-in itself', () => {
    const known: readonly string[] = [...AREAS, 'auth', 'worker-link'];
    const strays = allRoutes.filter(
      ({ tags }) => tags.length === 0 || !tags.every((tag) => known.includes(areaOfTag(tag))),
    );
    expect(strays.map(({ path, tags }) => `${path}: ${tags.join()}`)).toEqual([]);
  });

  it('is opened by a scope of its own area only, for reading or for changing', async () => {
    const { sha256Hex } = await import('./auth.ts');
    const wrong: string[] = [];
    for (const scope of ['accounts:read', 'media:write', 'people:write', 'tokens:write', 'audit:read']) {
      const token = `flt_scope-${scope.replace(':', '-')}`;
      await api.deps.db.apiToken.create({ data: { name: scope, hash: sha256Hex(token), scopes: [scope] } });
      const [area = '', right] = scope.split(':');
      for (const route of guards) {
        const access = expectedAccess(route);
        const reads = route.method === 'get';
        const inArea = route.tags.some((tag) => areaOfTag(tag) === area);
        const fits = inArea && reads === (right === 'read') && (reads || access !== 'admin');
        const isIn = access === 'public' || (fits && !['worker', 'signed-in'].includes(access));
        const { status } = await api.call(addressOf(route), { method: route.method.toUpperCase(), token });
        if ((status === REACHED) !== isIn) wrong.push(`${scope} ${route.method} ${route.path}: ${status}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
