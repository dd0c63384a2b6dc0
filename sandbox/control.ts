import { type ErrorRequestHandler, json, type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import { countedAccounts, faultOrders, namedAccounts, nothing, oneAccount } from './control-schemas.ts';
import { hashPassword, newPassword, newSalt, newTotpSecret } from './credentials.ts';
import type { Site } from './site.ts';
import { accountKey } from './state.ts';
import { accountTruth, summary } from './truth.ts';

interface NewAccount {
  username: string;
  password: string;
  totpSecret?: string;
  email: string;
}

const FORWARDING_HEADERS = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
];

/**
 * Only programs on this machine may steer the site. A proxy in front would make every caller look local, and a web
 * page elsewhere could make a local browser call, so their marks are refused too.
 */
export function isLocalCaller(request: Pick<Request, 'headers'> & { socket: { remoteAddress?: string | undefined } }) {
  const { headers, socket } = request;
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  if (address !== '::1' && !/^127\.\d+\.\d+\.\d+$/.test(address)) return false;
  if (FORWARDING_HEADERS.some((name) => headers[name] !== undefined)) return false;
  if (!isLoopbackHost(headers.host)) return false;
  return headers.origin === undefined || headers.origin === `http://${headers.host}`;
}

function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i.test(host);
}

function problem(response: Response, status: number, title: string, detail: string, field?: string): void {
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title, status, detail, ...(field === undefined ? {} : { field }) }));
}

/** Answers the checked body, or null after a refusal that names the first wrong field. */
function checkBody<Schema extends z.ZodType>(
  schema: Schema,
  request: Request,
  response: Response,
): z.output<Schema> | null {
  const checked = schema.safeParse(request.body ?? {});
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  const path = [...(issue?.path ?? []), ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])];
  const field = path.length > 0 ? path.join('.') : 'body';
  problem(response, 400, 'Invalid request', `${field}: ${issue?.message ?? 'is wrong'}`, field);
  return null;
}

const onlyLocal: RequestHandler = (request, response, next) => {
  if (isLocalCaller(request)) next();
  else problem(response, 403, 'Forbidden', 'The control routes answer programs on the same machine only.');
};

const badJson: ErrorRequestHandler = (error, _request, response, next) => {
  const status = z.object({ status: z.number().int().min(400).max(499) }).safeParse(error);
  if (!status.success) return next(error);
  problem(response, status.data.status, 'Invalid request', 'The body is not JSON that can be read.', 'body');
};

/**
 * The routes by which tests set the site up, break it, and read what really happened.
 * @param open answers callers elsewhere too: only for a site that nobody else can reach
 */
export function controlRoutes(site: Site, open = false): Router {
  const { store, faults } = site;
  const router = Router();
  if (!open) router.use(onlyLocal);
  router.use(json({ limit: '64mb', type: () => true }), badJson);

  router.get('/health', (_request, response) => {
    response.json({ ok: true });
  });

  router.post('/reset', async (request, response) => {
    if (checkBody(nothing, request, response) === null) return;
    faults.set([]);
    site.rateLimit.clear();
    await store.reset();
    response.json({ ok: true });
  });

  let creating: Promise<unknown> = Promise.resolve();
  router.post('/accounts', async (request, response) => {
    // One order after the other, so that two of them never choose the same name.
    const turn = creating.then(() => createAccounts(request, response));
    creating = turn.catch(() => undefined);
    await turn;
  });

  async function createAccounts(request: Request, response: Response): Promise<void> {
    const isNamed = typeof request.body === 'object' && request.body !== null && 'accounts' in request.body;
    let accounts: NewAccount[];
    if (isNamed) {
      const body = checkBody(namedAccounts, request, response);
      if (!body) return;
      const names = new Set<string>();
      for (const [index, { username }] of body.accounts.entries()) {
        if (store.account(username) || names.has(accountKey(username))) {
          const field = `accounts.${index}.username`;
          return problem(response, 409, 'Name taken', `There already is an account named ${username}.`, field);
        }
        names.add(accountKey(username));
      }
      accounts = body.accounts.map(({ username, password, totpSecret, email }) => ({
        username,
        password,
        ...(totpSecret ? { totpSecret } : {}),
        email: email ?? defaultEmail(username),
      }));
    } else {
      const body = checkBody(countedAccounts, request, response);
      if (!body) return;
      accounts = countUp(body);
    }
    await store.record(
      accounts.map(({ username, password, totpSecret, email }) => {
        const salt = newSalt();
        const passwordHash = hashPassword(password, salt);
        return { type: 'accountCreated', username, email, salt, passwordHash, totpSecret: totpSecret ?? null };
      }),
    );
    response.json({ accounts });
  }

  /** `prefix1`, `prefix2` …, after those that exist already. */
  function countUp({ count, prefix, password, totp }: z.output<typeof countedAccounts>): NewAccount[] {
    const accounts: NewAccount[] = [];
    for (let number = 1; accounts.length < count; number += 1) {
      const username = `${prefix}${number}`;
      if (store.account(username)) continue;
      accounts.push({
        username,
        password: password ?? newPassword(),
        ...(totp ? { totpSecret: newTotpSecret() } : {}),
        email: defaultEmail(username),
      });
    }
    return accounts;
  }

  router
    .route('/faults')
    .get((_request, response) => {
      response.json({ faults: faults.list() });
    })
    .post((request, response) => {
      const body = checkBody(faultOrders, request, response);
      if (!body) return;
      faults.set(body.faults);
      response.json({ faults: faults.list() });
    });

  router.post('/restore', async (request, response) => {
    const body = checkBody(oneAccount, request, response);
    if (!body) return;
    const account = store.account(body.username);
    if (!account) return problem(response, 404, 'Not found', 'There is no such account.', 'username');
    if (account.suspended) await store.record({ type: 'restored', username: account.username });
    response.json({ username: account.username, suspended: false });
  });

  router.get('/truth', (request, response) => {
    const { username } = request.query;
    if (username === undefined) {
      response.json({ accounts: [...store.state.accounts.values()].map(accountTruth) });
      return;
    }
    if (typeof username !== 'string') return problem(response, 400, 'Invalid request', 'Give one name.', 'username');
    const account = store.account(username);
    response.json({ accounts: account ? [accountTruth(account)] : [] });
  });

  router.get('/truth/summary', (_request, response) => {
    response.json(summary(store.state));
  });

  router.get('/mailbox/:username', (request, response) => {
    const account = store.account(request.params.username);
    if (!account) return problem(response, 404, 'Not found', 'There is no such account.', 'username');
    response.json({ messages: account.mailbox });
  });

  router.use((request, response) => {
    problem(response, 404, 'Not found', `There is no control route ${request.method} ${request.path}.`);
  });
  return router;
}

function defaultEmail(username: string): string {
  return `${username.toLowerCase()}@harbor.example`;
}
