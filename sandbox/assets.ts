import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { Router } from 'express';

const FOLDER = fileURLToPath(new URL('./assets/', import.meta.url));

/** Style, script and icons. The style sheets go out as one file, in the order of their names. */
export function assetRoutes(): Router {
  const router = Router();
  const sheets = readdirSync(FOLDER).filter((name) => name.endsWith('.css'));
  const style = sheets
    .sort()
    .map((name) => readFileSync(join(FOLDER, name), 'utf8'))
    .join('\n');
  router.get('/harbor.css', (_request, response) => {
    response.type('css').set('Cache-Control', 'public, max-age=3600').send(style);
  });
  router.use(express.static(FOLDER, { maxAge: '1h', index: false }));
  return router;
}
