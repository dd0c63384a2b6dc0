import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { RequestHandler } from 'express';

const compress = promisify(gzip);
/** Names of the build carry a hash: what is under one never changes. */
const ASSET = /^\/assets\/[\w-][\w.-]*\.(js|css)$/;

/**
 * Scripts and style sheets of the built dashboard, compressed when they are first asked for and kept: together they are
 * less than a megabyte. Everything else, and who takes no gzip, is left to the next handler.
 */
export function compressedAssets(folder: string, cacheControl: string): RequestHandler {
  const kept = new Map<string, Promise<Buffer>>();
  const read = (path: string): Promise<Buffer> => {
    const known = kept.get(path) ?? readFile(join(folder, path)).then((bytes) => compress(bytes, { level: 9 }));
    kept.set(path, known);
    // A file that is not there now may be there after the next build.
    known.catch(() => kept.delete(path));
    return known;
  };
  return async (req, res, next) => {
    const found = ASSET.exec(req.path);
    if (!found || (req.method !== 'GET' && req.method !== 'HEAD') || !req.acceptsEncodings('gzip')) return next();
    const bytes = await read(req.path).catch(() => undefined);
    if (!bytes) return next();
    res
      .type(found[1] ?? 'js')
      .set({ 'content-encoding': 'gzip', vary: 'Accept-Encoding', 'cache-control': cacheControl })
      .send(bytes);
  };
}
