import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import type { Request } from 'express';
import { say } from '../contracts/said.ts';
import { checkUtf8, readCsv } from './csv-file.ts';
import type { Deps } from './deps.ts';
import { query, queryOne } from './door/sql.ts';
import { receiveFile } from './multipart.ts';
import { badRequest, notFound } from './problem.ts';
import { saidOf, type Told } from './said.ts';

const MAX_BYTES = 20 * 1024 ** 2;
/** The most that one request adds; it bounds the statement that writes them. */
export const MOST_TARGETS = 200_000;
/** Lines that an answer lists; the totals count them all. */
const LISTED = 1_000;
const COLUMN = 'username';

export interface TargetLine {
  /** From 1: the line of the file, or the place in the list. */
  line: number;
  text: string;
}

export interface TargetImport {
  added: number;
  duplicates: { line: number; username: string }[];
  duplicatesTotal: number;
  rejected: ({ line: number; message: string } & Told)[];
  rejectedTotal: number;
}

const clean = (text: string): string => text.trim().replace(/^@/, '').trim();

/** Why a text is no user name of any platform; nothing when it may be one. Handles such as `ada.example.com` pass. */
function wrongName(username: string): string | undefined {
  if (username === '') return 'There is no user name here.';
  if (username.length > 253) return 'A user name has at most 253 characters.';
  if (!/^[\p{L}\p{N}_.-]+$/u.test(username)) {
    return say('import.bad-name', { name: username.slice(0, 60) });
  }
  return undefined;
}

/** Ids that sort as the input did, because all rows of one import have the same time. */
function* orderedIds(): Generator<string> {
  const prefix = randomUUID().slice(0, 24);
  for (let at = 0; ; at += 1) yield prefix + at.toString(16).padStart(12, '0');
}

/**
 * Adds user names to a category, with or without @. One that is there already, or twice in the input, is told as a
 * duplicate; capital letters make no difference.
 * @throws Problem 404
 */
export async function addTargets(deps: Deps, categoryId: string, lines: readonly TargetLine[]): Promise<TargetImport> {
  const result: TargetImport = { added: 0, duplicates: [], duplicatesTotal: 0, rejected: [], rejectedTotal: 0 };
  const fresh = new Map<string, { line: number; username: string }>();
  const duplicate = (line: number, username: string) => {
    result.duplicatesTotal += 1;
    result.duplicates.push({ line, username });
  };
  for (const { line, text } of lines) {
    const username = clean(text);
    const message = wrongName(username);
    if (message) {
      result.rejectedTotal += 1;
      if (result.rejected.length < LISTED) result.rejected.push({ line, message, ...saidOf({ message }) });
    } else if (fresh.has(username.toLowerCase())) duplicate(line, username);
    else fresh.set(username.toLowerCase(), { line, username });
  }
  result.added = await deps.db.$transaction(
    async (tx) => {
      // Two imports at once take turns, else both would add the same name in other letters.
      const category = await queryOne(tx, 'SELECT id FROM "FollowCategory" WHERE id = $1::uuid FOR UPDATE', categoryId);
      if (!category) throw notFound('There is no such follow category.');
      const there = await query<{ name: string }>(
        tx,
        'SELECT lower(username) AS name FROM "FollowTarget" WHERE "categoryId" = $1::uuid',
        categoryId,
      );
      for (const { name } of there) {
        const known = fresh.get(name);
        if (known && fresh.delete(name)) duplicate(known.line, known.username);
      }
      const ids = orderedIds();
      const names = [...fresh.values()].map(({ username }) => username);
      await query(
        tx,
        `INSERT INTO "FollowTarget" (id, "categoryId", username)
         SELECT t.id, $1::uuid, t.username FROM unnest($2::uuid[], $3::text[]) AS t(id, username)`,
        categoryId,
        names.map(() => ids.next().value),
        names,
      );
      return names.length;
    },
    { timeout: 120_000 },
  );
  result.duplicates = result.duplicates.sort((a, b) => a.line - b.line).slice(0, LISTED);
  return result;
}

const headerCells = (line: string): string[] =>
  line
    .replace(/^\uFEFF/, '')
    .split(',')
    .map((cell) => cell.trim().replace(/^"|"$/g, '').toLowerCase());

async function* plainLines(path: string): AsyncGenerator<TargetLine> {
  let line = 0;
  for await (const text of createInterface({
    input: createReadStream(path, 'utf8'),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    line += 1;
    if (text.trim() !== '') yield { line, text: text.replace(/^\uFEFF/, '') };
  }
}

/** The user names of a file: those of its column `username`, or else one a line. */
async function readTargets(path: string): Promise<TargetLine[]> {
  await checkUtf8(path);
  const lines: TargetLine[] = [];
  const take = (line: TargetLine) => {
    lines.push(line);
    if (lines.length > MOST_TARGETS) {
      throw badRequest(say('import.many-names', { count: MOST_TARGETS }));
    }
  };
  let first: TargetLine | undefined;
  for await (const line of plainLines(path)) {
    first = line;
    break;
  }
  if (!first) throw badRequest('The file is empty: put one user name on each line.');
  const header = headerCells(first.text);
  const column = header.indexOf(COLUMN);
  if (column < 0 && header.length > 1) {
    throw badRequest('The file has several columns, and none is named username.', [
      { path: COLUMN, message: 'The column is missing' },
    ]);
  }
  if (column < 0) {
    for await (const line of plainLines(path)) take(line);
    return lines;
  }
  let isHeader = true;
  for await (const { line, cells } of readCsv(path)) {
    if (!isHeader) take({ line, text: cells[column] ?? '' });
    isHeader = false;
  }
  return lines;
}

/** The user names of an uploaded file. @throws Problem 400, 413 or 415 */
export async function receiveTargets(req: Request, deps: Deps): Promise<TargetLine[]> {
  const folder = join(deps.env.FLOTILLA_DATA, 'tmp');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `targets-${randomUUID()}`);
  try {
    await receiveFile(req, { maxBytes: MAX_BYTES, what: 'file' }, ({ stream, signal }) =>
      pipeline(stream, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal }),
    );
    return await readTargets(path);
  } finally {
    await rm(path, { force: true });
  }
}
