import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { say } from '../contracts/said.ts';
import type { ColumnReader } from './account-import-columns.ts';
import { readHeader } from './account-import-columns.ts';
import type { ImportLine, Rejection } from './account-import-write.ts';
import { countNew, writeBatch } from './account-import-write.ts';
import { checkUtf8, readCsv } from './csv-file.ts';
import type { Deps } from './deps.ts';
import { LARGEST_IMPORT_BYTES, receiveFile } from './multipart.ts';
import { flagQuery } from './pages.ts';
import { badRequest } from './problem.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';
import { saidOf, saidShape } from './said.ts';

const BATCH_LINES = 1_000;
/** Rejected lines that the answer lists; `rejectedTotal` counts them all. */
const LISTED_REJECTIONS = 1_000;

const importSchema = z
  .object({
    created: z.int(),
    updated: z.int(),
    rejected: z.array(z.object({ line: z.int(), field: z.string(), message: z.string(), ...saidShape })),
    rejectedTotal: z.int(),
    dryRun: z.boolean(),
  })
  .meta({ id: 'AccountImport' });
type Import = z.infer<typeof importSchema>;

/** Lines of the file in batches, those that cannot be read as rows set aside. */
async function* batches(path: string, reject: (rejection: Rejection) => void): AsyncGenerator<ImportLine[]> {
  let columns: ColumnReader | undefined;
  let batch: ImportLine[] = [];
  const seen = new Map<string, number>();
  for await (const { line, cells } of readCsv(path)) {
    if (!columns) {
      columns = readHeader(cells);
      continue;
    }
    const read = columns.read(cells);
    if ('errors' in read) {
      for (const { path: field, message } of read.errors) reject({ line, field, message });
      continue;
    }
    const name = `${read.row.platform}\0${read.row.username}`;
    const earlier = seen.get(name);
    if (earlier !== undefined) {
      reject({ line, field: 'username', message: say('import.same-line', { line: earlier }) });
      continue;
    }
    seen.set(name, line);
    batch.push({ line, row: read.row });
    if (batch.length === BATCH_LINES) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** Reads the whole file once before anything is written, so that a malformed one writes nothing. */
async function checkFile(path: string, deps: Deps): Promise<void> {
  await checkUtf8(path);
  let columns: ColumnReader | undefined;
  for await (const { cells } of readCsv(path)) columns ??= readHeader(cells);
  if (!columns) throw badRequest('The file is empty: its first line must name the columns.');
  if (columns.hasPassword) return;
  for await (const batch of batches(path, () => undefined)) {
    if ((await countNew(batch, deps)) === 0) continue;
    throw badRequest('The column password is missing, and the file names accounts that are new.', [
      { path: 'password', message: 'The column is missing' },
    ]);
  }
}

async function importFile(path: string, dryRun: boolean, deps: Deps): Promise<Import> {
  await checkFile(path, deps);
  const result: Import = { created: 0, updated: 0, rejected: [], rejectedTotal: 0, dryRun };
  const rejectedLines = new Set<number>();
  const reject = (rejection: Rejection) => {
    rejectedLines.add(rejection.line);
    if (result.rejected.length < LISTED_REJECTIONS)
      result.rejected.push({ ...rejection, ...saidOf({ message: rejection.message }) });
  };
  for await (const batch of batches(path, reject)) {
    const { created, updated, rejected } = await writeBatch(batch, dryRun, deps);
    result.created += created;
    result.updated += updated;
    rejected.forEach(reject);
  }
  result.rejectedTotal = rejectedLines.size;
  result.rejected.sort((a, b) => a.line - b.line);
  return result;
}

export const accountImportRoutes: Route[] = [
  route({
    method: 'post',
    path: '/api/accounts/import',
    operationId: 'importAccounts',
    summary: 'Add and change many accounts from a CSV file',
    description:
      'A UTF-8 CSV of up to 100 MB and 500,000 lines whose header names the fields of `POST /api/accounts`; tags are separated by `;`. ' +
      'Valid lines are written, in transactions of 1,000 lines, and the others are listed. An account that is there ' +
      'already changes in the columns that are not empty. A malformed file writes nothing. The first 1,000 ' +
      'rejections are listed; `rejectedTotal` counts the rejected lines.',
    tags: ['Accounts'],
    access: 'operator',
    query: z.strictObject({ dryRun: flagQuery.default(false) }),
    idempotent: true,
    multipart: true,
    responses: {
      200: { description: 'What was written, or with `dryRun` what would be', schema: importSchema },
      400: { description: 'The file is malformed, or a column is missing or unknown' },
      413: { description: 'The file is too large' },
    },
    async handler({ query, req, deps, note }) {
      const folder = join(deps.env.FLOTILLA_DATA, 'tmp');
      // The file holds passwords: only this user may read it, and it goes when the import is over.
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const path = join(folder, `import-${randomUUID()}.csv`);
      try {
        await receiveFile(req, { maxBytes: LARGEST_IMPORT_BYTES, what: 'file' }, ({ stream, signal }) =>
          pipeline(stream, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal }),
        );
        const result = await importFile(path, query.dryRun, deps);
        const { created, updated, rejectedTotal } = result;
        note({ detail: { created, updated, rejected: rejectedTotal } });
        return { status: 200, body: result };
      } finally {
        await rm(path, { force: true });
      }
    },
  }),
];
