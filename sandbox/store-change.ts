import type { Request, Response } from 'express';
import { viewerOf } from './sessions.ts';
import type { Site } from './site.ts';

/**
 * Stores one change that an account has asked for, and lets the faults that break connections have their turn.
 * @returns false when the connection was broken and nobody is left to answer
 */
export async function storeChange(
  { faults }: Site,
  request: Request,
  response: Response,
  store: () => Promise<void>,
): Promise<boolean> {
  const { username } = viewerOf(response);
  // A browser sends a request again by itself when a kept-alive connection breaks before any answer. An interim
  // answer tells it that the request has arrived, so one press of the button never makes two changes.
  response.writeProcessing();
  const broken =
    faults.strike('drop-before', username) !== null ||
    (await store().then(() => faults.strike('drop-after', username) !== null));
  if (broken) request.socket.resetAndDestroy();
  return !broken;
}
