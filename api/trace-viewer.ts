import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import type { RequestHandler, Response, Router } from 'express';
import express from 'express';
import type { Actor } from './actor.ts';
import { checkAccess } from './auth.ts';
import { notFound } from './problem.ts';

/** Where the viewer is: `/trace-viewer/?trace=/api/evidence/<id>/content`. */
export const TRACE_VIEWER = '/trace-viewer';

/** Parts of the viewer that are for test runners and for installing it as an app. */
const LEFT_OUT = /^(uiMode\.|manifest\.)/;
const DAY_SECONDS = 86_400;

interface Viewer {
  index: string;
  /** The folder's files by their path in the address: nothing else is ever opened. */
  files: ReadonlyMap<string, string>;
  policy: string;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');

/**
 * As strict as the viewer allows: its editor sets style elements, and its one inline script is let in by its hash. It
 * reaches this server alone, so that neither it nor its service worker can be made to read a trace from elsewhere.
 */
function policyOf(index: string): string {
  const inline = [...index.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, text = '']) => `'sha256-${sha256(text)}'`,
  );
  return [
    "default-src 'none'",
    `script-src ${["'self'", ...inline].join(' ')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob: data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    // What it shows where there is no snapshot is a blank page in its own address.
    "frame-src 'self' data:",
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join('; ');
}

/** @throws Error when the package has no viewer where it is expected */
function readViewer(): Viewer {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve('playwright-core/package.json')),
    'lib/vite/traceViewer',
  );
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || LEFT_OUT.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length).replaceAll('\\', '/'), path);
  }
  const page = files.get('/index.html');
  if (page === undefined) throw new Error(`There is no trace viewer in ${folder}.`);
  const index = readFileSync(page, 'utf8').replace(/\s*<link rel="manifest"[^>]*>/, '');
  return { index, files, policy: policyOf(index) };
}

/** Playwright's own viewer of traces, served from here to those who may read evidence. */
export function traceViewer(): Router {
  let viewer: Viewer | undefined;
  const router = express.Router({ strict: true });

  const guard: RequestHandler = (req, res, next) => {
    checkAccess(req, res.locals.actor as Actor, { access: 'viewer', method: 'get', tags: ['Evidence'] });
    viewer ??= readViewer();
    res.set({ 'content-security-policy': viewer.policy, 'x-frame-options': 'SAMEORIGIN' });
    next();
  };
  const sendIndex = (res: Response, { index }: Viewer): void => {
    res.set('cache-control', 'private, no-cache').type('html').send(index);
  };

  router.use(guard);
  router.get(/.*/, (req, res) => {
    if (!viewer) throw notFound('The trace viewer is not there.');
    if (req.path === '/' || req.path === '/index.html') {
      // Without the slash the page's own files would be looked for one folder higher.
      if (!req.originalUrl.startsWith(`${TRACE_VIEWER}/`)) {
        res.redirect(301, `${TRACE_VIEWER}/${req.originalUrl.slice(TRACE_VIEWER.length)}`);
        return;
      }
      sendIndex(res, viewer);
      return;
    }
    const file = viewer.files.get(req.path);
    if (file === undefined) throw notFound('The trace viewer has no such file.');
    // The names of pages and of the service worker stay the same from version to version; those of the others do not.
    const named = /\.html$|\/sw\.bundle\.js$/.test(req.path);
    res.set('cache-control', named ? 'private, no-cache' : `private, max-age=${DAY_SECONDS}, immutable`);
    res.type(extname(file)).send(readFileSync(file));
  });
  router.use((_req, _res, next) => next(notFound('The trace viewer has no such file.')));
  return router;
}
