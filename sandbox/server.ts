import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { type Logger, pino } from 'pino';
import { MESSAGES, refuse } from './answers.ts';
import { assetRoutes } from './assets.ts';
import { controlRoutes } from './control.ts';
import { createFaults } from './faults.ts';
import { startPublishing } from './publishing.ts';
import { createRateLimit } from './rate-limit.ts';
import { feedRoutes } from './routes/feed.ts';
import { loginRoutes } from './routes/login.ts';
import { profileRoutes } from './routes/profile.ts';
import { uploadRoutes } from './routes/upload.ts';
import { requireAccount } from './sessions.ts';
import type { Site } from './site.ts';
import { openStore } from './store.ts';

/** How long a stop waits for requests under way, milliseconds. */
const CLOSE_GRACE_MS = 3_000;

export interface SandboxOptions {
  /** 0 takes any free port. */
  port: number;
  /** The address to listen on; 127.0.0.1 by default. */
  host?: string;
  /** Lets every caller steer the site, not only programs on this machine. */
  openControl?: boolean;
  dataFolder: string;
  /** How long a new post is worked on before it is published; 600 by default. */
  processingDelayMs?: number;
  /** Requests an account may make a minute; 300 by default. */
  ratePerMinute?: number;
  log?: Logger;
}

export interface Sandbox {
  url: string;
  /** Lets requests under way finish, then stops and closes the storage. */
  close(): Promise<void>;
}

/** @throws with code `EADDRINUSE` when the port is taken */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const store = await openStore(options.dataFolder);
  const site: Site = {
    store,
    faults: createFaults(),
    rateLimit: createRateLimit(options.ratePerMinute ?? 300),
    processingDelayMs: options.processingDelayMs ?? 600,
    log: options.log ?? pino({ level: 'silent' }),
  };
  const server = createServer(createApp(site, options.openControl ?? false));
  // Uploads may take their time.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, options.host ?? '127.0.0.1', resolve);
    });
  } catch (error) {
    await store.close();
    throw error;
  }
  const stopPublishing = startPublishing(site);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const grace = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
      await closed;
      clearTimeout(grace);
      stopPublishing();
      await store.close();
    },
  };
}

function createApp(site: Site, openControl: boolean): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use((_request, response, next) => {
    response.set({
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "default-src 'self'; frame-ancestors 'none'; form-action 'self'",
    });
    next();
  });
  app.use('/_control', controlRoutes(site, openControl));
  app.use('/assets', assetRoutes());
  app.use('/media', express.static(site.store.mediaFolder, { maxAge: '30d', immutable: true, index: false }));
  const gate = requireAccount(site);
  app.use(loginRoutes(site), feedRoutes(site, gate), profileRoutes(site, gate), uploadRoutes(site, gate));
  app.use((request, response) => refuse(request, response, 404, 'There is nothing at this address.'));
  app.use(lastResort(site));
  return app;
}

function lastResort({ log }: Site): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    // The visitor went away in the middle of an upload: there is nobody to answer.
    if (request.destroyed && !request.complete) return;
    log.error({ err: error, method: request.method, path: request.path }, 'request failed');
    if (response.headersSent) return next(error);
    return refuse(request, response, 500, MESSAGES.broken);
  };
}
