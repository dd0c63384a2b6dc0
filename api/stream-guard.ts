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

/** What stays open after its request was let in: an answer, or a web socket. */
export interface StaysOpen {
  on(event: 'close', listener: () => void): unknown;
  /** Ends it at once. */
  cut(): void;
}

/** Cuts what does not end by itself once whoever opened it may not have it any more. */
export function cutWhenRefused(
  open: StaysOpen,
  { req, deps }: { req: Request; deps: Pick<Deps, 'db' | 'env' | 'keys' | 'log'> },
  route: Guarded,
  everyMs = EVERY_MS,
): void {
  const timer = setInterval(() => {
    stillAllowed(req, deps, route)
      .then((allowed) => {
        if (!allowed) open.cut();
      })
      // A token that is not known any more is refused by an error; one of the database says nothing about the reader.
      .catch((error: unknown) => {
        if (error instanceof Problem && error.status === 401) open.cut();
        else deps.log.warn({ err: error }, 'the reader of a stream could not be checked');
      });
  }, everyMs).unref();
  open.on('close', () => clearInterval(timer));
}

/** The same for an answer. */
export function endWhenRefused(
  { req, res, deps }: { req: Request; res: Response; deps: Pick<Deps, 'db' | 'env' | 'keys' | 'log'> },
  route: Guarded,
  everyMs = EVERY_MS,
): void {
  const open = { on: res.on.bind(res), cut: () => void res.destroy() };
  cutWhenRefused(open, { req, deps }, route, everyMs);
}
