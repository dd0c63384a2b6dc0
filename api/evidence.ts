import { pipeline } from 'node:stream/promises';
import { notFound } from './problem.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';
import { UPLOADED_CONTENT } from './send-file.ts';

const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'application/zip': 'zip',
};

export const evidenceRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/evidence/{id}/content',
    operationId: 'getEvidenceContent',
    summary: 'A screenshot (PNG or JPEG) or a trace (ZIP)',
    tags: ['Evidence'],
    access: 'viewer',
    params: idParams,
    responses: { 200: { description: 'The file', contentType: ['image/png', 'image/jpeg', 'application/zip'] } },
    async handler({ params: { id }, res, deps, signal }) {
      const row = await deps.db.evidence.findUnique({ where: { id } });
      if (!row) throw notFound('There is no such evidence; it may have been deleted by its age.');
      const bytes = await deps.evidenceStore.sizeOf(row.sha256);
      if (bytes === null) throw notFound('The file of this evidence is gone.');
      const fileName = `${row.kind}-${row.id}.${EXTENSIONS[row.contentType] ?? 'bin'}`;
      res.status(200).set({
        ...UPLOADED_CONTENT,
        'content-type': row.contentType,
        'content-length': String(bytes),
        'content-disposition': `${row.kind === 'screenshot' ? 'inline' : 'attachment'}; filename="${fileName}"`,
        'cache-control': 'private, max-age=86400, immutable',
      });
      await pipeline(deps.evidenceStore.open(row.sha256), res, { signal }).catch((error) => {
        // A client that closes its window early is nothing to report.
        if (!signal.aborted) throw error;
      });
      return 'streamed';
    },
  }),
];
