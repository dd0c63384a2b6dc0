import type { Request, RequestHandler, Response } from 'express';
import type { Options } from 'express-rate-limit';
import { ipKeyGenerator, MemoryStore, rateLimit } from 'express-rate-limit';
import type { Actor } from './actor.ts';
import type { Deps } from './deps.ts';
import { sendProblem, tooMany } from './problem.ts';
import { settingsOf } from './settings/store.ts';

const WINDOW_MS = 60_000;
/** Refused credentials a minute and address, before any further token is even looked up. */
const FAILED_AUTH_PER_MINUTE = 300;

const addressKey = (req: Request): string => `ip:${ipKeyGenerator(req.ip ?? '')}`;

function refuse(_req: Request, res: Response): void {
  const seconds = Number(res.getHeader('retry-after') ?? WINDOW_MS / 1_000);
  sendProblem(res, tooMany('Too many requests. Slow down and try again after the time in Retry-After.', seconds));
}

const common = { windowMs: WINDOW_MS, standardHeaders: 'draft-8', legacyHeaders: false, handler: refuse } as const;

/**
 * Requests a minute of one token or signed-in person, and of one address for everybody else: as many as the settings
 * say, else `FLOTILLA_RATE_LIMIT_PER_MINUTE`. Each API process counts for itself.
 */
export function requestLimit(deps: Pick<Deps, 'db' | 'env'>): RequestHandler {
  return rateLimit({
    ...common,
    limit: async () => (await settingsOf(deps)).rateLimitPerMinute ?? deps.env.FLOTILLA_RATE_LIMIT_PER_MINUTE,
    keyGenerator: (req, res) => {
      const actor = res.locals.actor as Actor | undefined;
      return actor && actor.via !== 'none' ? actor.id : addressKey(req);
    },
  });
}

/**
 * Wrong tokens from one address; only refusals count, so that open event streams take nothing from anybody.
 * @param most refusals a minute
 * @param except the beginning of paths that have a limit of their own
 */
export function failedAuthLimit({
  most = FAILED_AUTH_PER_MINUTE,
  except,
}: {
  most?: number | undefined;
  except?: string;
} = {}): RequestHandler {
  const store = new MemoryStore();
  store.init({ windowMs: WINDOW_MS } as Options);
  return async (req, res, next) => {
    if (except !== undefined && `${req.baseUrl}${req.path}`.startsWith(`${except}/`)) return next();
    const key = addressKey(req);
    const failures = await store.get(key);
    if (failures && failures.totalHits >= most) {
      const resetMs = (failures.resetTime?.getTime() ?? Date.now() + WINDOW_MS) - Date.now();
      res.setHeader('retry-after', Math.max(1, Math.ceil(resetMs / 1_000)));
      return refuse(req, res);
    }
    res.once('finish', () => {
      if (res.statusCode === 401) void store.increment(key);
    });
    next();
  };
}
