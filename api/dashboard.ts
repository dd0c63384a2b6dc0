import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { RequestHandler } from 'express';
import express from 'express';
import { compressedAssets } from './dashboard-compressed.ts';

const YEAR_SECONDS = 31_536_000;
const FOR_GOOD = `public, max-age=${YEAR_SECONDS}, immutable`;

/** The built dashboard: hashed files may be kept for good, its page never; other paths show the page. */
export function dashboard(folder: string): RequestHandler[] {
  const index = join(folder, 'index.html');
  const files = express.static(folder, {
    index: 'index.html',
    setHeaders(res, path) {
      const hashed = path.startsWith(join(folder, 'assets') + sep);
      res.setHeader('cache-control', hashed ? FOR_GOOD : 'no-cache');
    },
  });
  const page: RequestHandler = (req, res, next) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') return next();
    // A missing file must stay missing: a page in place of a script hides the fault.
    if (/\.\w+$/.test(req.path) || !req.accepts('html')) return next();
    if (!existsSync(index)) {
      res.status(503).type('text').send('The dashboard is not built. Run npm run build, then reload.\n');
      return;
    }
    res.set('cache-control', 'no-cache').sendFile(index);
  };
  return [compressedAssets(folder, FOR_GOOD), files, page];
}
