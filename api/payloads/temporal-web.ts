import type { RequestHandler } from 'express';
import type { Env } from '../../config/env.ts';

/** What Temporal Web calls `codec endpoint`; it adds `/decode` and `/encode`. */
export const CODEC_PATH = '/api/codec';

/** The one foreign page that may call the codec: Temporal Web, as people reach it. */
export const temporalWebOrigin = (env: Pick<Env, 'temporalUiUrl'>): string => new URL(env.temporalUiUrl).origin;

const METHODS = 'POST';
/** The last one is sent by Temporal Web with an access token of its own. */
const HEADERS = 'content-type, x-namespace, authorization, authorization-extras';
const PREFLIGHT_SECONDS = 600;

/**
 * Lets Temporal Web read the codec's answers, with the cookie of whoever is signed in here: it stands on another origin.
 * A page of any other origin gets no permission, so that its browser keeps the answer from it (Fetch standard, CORS).
 */
export function temporalWebCors(env: Pick<Env, 'temporalUiUrl'>): RequestHandler {
  const allowed = temporalWebOrigin(env);
  return (req, res, next) => {
    res.vary('origin');
    if (req.get('origin') !== allowed) return next();
    res.set({ 'access-control-allow-origin': allowed, 'access-control-allow-credentials': 'true' });
    if (req.method !== 'OPTIONS') return next();
    res.set({
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': HEADERS,
      'access-control-max-age': String(PREFLIGHT_SECONDS),
    });
    res.status(204).end();
  };
}
