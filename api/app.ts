import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Express, RequestHandler } from 'express';
import express from 'express';
import helmet from 'helmet';
import { withLogFields } from '../config/log-context.ts';
import type { Actor } from './actor.ts';
import { allowList, createAddressMatcher } from './addresses.ts';
import { authenticate } from './auth.ts';
import { dashboard } from './dashboard.ts';
import type { Deps } from './deps.ts';
import { docsPage } from './docs-page.ts';
import { timeRequests } from './metrics/requests.ts';
import { buildOpenApi } from './openapi.ts';
import { CODEC_PATH, temporalWebCors } from './payloads/temporal-web.ts';
import { Problem, pathNotFound, problemHandler } from './problem.ts';
import { failedAuthLimit, requestLimit } from './rate-limit.ts';
import { registerRoutes } from './register.ts';
import type { Route } from './route.ts';
import { allRoutes } from './routes.ts';
import { TRACE_VIEWER, traceViewer } from './trace-viewer.ts';

function securityHeaders(publicUrl: string): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        // Mantine sets its theme's variables in style elements.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'blob:', 'data:'],
        mediaSrc: ["'self'", 'blob:', 'data:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        workerSrc: ["'self'"],
        manifestSrc: ["'self'"],
      },
    },
    frameguard: { action: 'deny' },
    strictTransportSecurity: publicUrl.startsWith('https:'),
    referrerPolicy: { policy: 'no-referrer' },
  });
}

/** Features of browsers that no page here uses; and answers of the API are for their caller alone, unless they say else. */
const privacy: RequestHandler = (req, res, next) => {
  res.setHeader(
    'permissions-policy',
    'camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()',
  );
  if (req.path.startsWith('/api/')) res.setHeader('cache-control', 'private, no-cache');
  next();
};

/** Names each request, in its answer and in every line that is logged for it. Queries are not logged: they may hold signatures. */
function requestLog(log: Deps['log']): RequestHandler {
  return (req, res, next) => {
    const requestId = randomUUID();
    res.locals.requestId = requestId;
    res.setHeader('x-request-id', requestId);
    const startedAt = performance.now();
    const { method, path } = req;
    res.on('finish', () => {
      const ms = Math.round(performance.now() - startedAt);
      const actor = (res.locals.actor as Actor | undefined)?.id;
      const operation: unknown = res.locals.operation;
      log.debug({ requestId, actor, operation, method, path, status: res.statusCode, ms }, 'request');
    });
    withLogFields({ requestId }, () => next());
  };
}

export interface AppOptions {
  /** Default: every route of the project. */
  routes?: readonly Route[];
  /** Folder of the built dashboard. */
  dashboardFolder?: string;
  /** Refused credentials a minute and address; for a caller that tries wrong ones on every route. */
  failedAuthPerMinute?: number;
}

/**
 * The whole HTTP side as one Express app.
 * @throws Error with one sentence when an address list of the environment is not usable
 */
export function createApp(deps: Deps, options: AppOptions = {}): Express {
  const routes = options.routes ?? allRoutes;
  const { env, log } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', createAddressMatcher(env.FLOTILLA_TRUSTED_PROXIES, 'FLOTILLA_TRUSTED_PROXIES'));
  app.use(requestLog(log));
  if (deps.tracing) app.use('/api', deps.tracing.requests);
  app.use(timeRequests(deps.requests));
  app.use(securityHeaders(env.publicUrl));
  app.use(privacy);
  app.use(allowList(deps));
  // Temporal Web asks for every payload, signed in or not: its refusals must not lock out others of the same address.
  const most = options.failedAuthPerMinute;
  app.use(CODEC_PATH, temporalWebCors(env), failedAuthLimit({ most }));
  app.use(['/api', '/metrics', TRACE_VIEWER], failedAuthLimit({ most, except: CODEC_PATH }), authenticate(deps));
  app.use(['/api', TRACE_VIEWER], requestLimit(deps));

  const openApi = JSON.stringify(buildOpenApi(routes));
  app.get('/api/openapi.json', (_req, res) => {
    res.type('json').send(openApi);
  });
  app.all('/api/openapi.json', (req) => {
    throw new Problem(405, `${req.method} is not offered here; GET is.`, { headers: { allow: 'GET, HEAD' } });
  });
  app.use('/api/docs', docsPage());
  registerRoutes(app, routes, deps);
  app.use('/api', pathNotFound);
  app.use(TRACE_VIEWER, traceViewer());
  app.use(dashboard(options.dashboardFolder ?? join(process.cwd(), 'web', 'dist')));
  app.use(pathNotFound);
  app.use(problemHandler(log));
  return app;
}
