import type { Request, Response } from 'express';
import type { Guarded } from './actor.ts';
import { createAllowList } from './addresses.ts';
import { actorOfRequest, isAllowed } from './auth.ts';
import type { Deps } from './deps.ts';
import { Problem } from './problem.ts';

const EVERY_MS = 30_000;

/** Whether the same request would be let in now: its session or token may have ended, its address been shut out. */
export async function stillAllowed(
  req: Request,
  deps: Pick<Deps, 'db' | 'env' | 'keys'>,
  route: Guarded,
): Promise<boolean> {
  if (!(await createAllowList(deps)(req.ip ?? ''))) return false;
  return isAllowed(await actorOfRequest(req, deps, req.ip), route);
}

/** Cuts an answer that does not end by itself once its reader may not have it any more. */
export function endWhenRefused(
  { req, res, deps }: { req: Request; res: Response; deps: Pick<Deps, 'db' | 'env' | 'keys' | 'log'> },
  route: Guarded,
  everyMs = EVERY_MS,
): void {
  const timer = setInterval(() => {
    stillAllowed(req, deps, route)
      .then((allowed) => {
        if (!allowed) res.destroy();
      })
      // A token that is not known any more is refused by an error; one of the database says nothing about the reader.
      .catch((error: unknown) => {
        if (error instanceof Problem && error.status === 401) res.destroy();
        else deps.log.warn({ err: error }, 'the reader of a stream could not be checked');
      });
  }, everyMs).unref();
  res.on('close', () => clearInterval(timer));
}
