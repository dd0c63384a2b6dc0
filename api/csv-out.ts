import { once } from 'node:events';
import type { Response } from 'express';
import { z } from 'zod';

/** What a spreadsheet would run as a formula, with the quotes that we may have put before it. */
const FORMULA = /^'*[=+\-@\t\r]/;
const DISARMED = /^'+[=+\-@\t\r]/;

/** A cell that no spreadsheet runs: a quote goes before what looks like a formula (OWASP, CSV injection). */
export const disarm = (cell: string): string => (FORMULA.test(cell) ? `'${cell}` : cell);

/** The cell as it was before {@link disarm}. */
export const rearm = (cell: string): string => (DISARMED.test(cell) ? cell.slice(1) : cell);

export type Cell = string | number | Date | null | undefined;

function toCell(value: Cell): string {
  // A number is never a formula, and a minus sign before it must stay one.
  if (typeof value === 'number') return String(value);
  const text = disarm(value instanceof Date ? value.toISOString() : (value ?? ''));
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One record as RFC 4180 writes it, with its line end. */
export const csvRecord = (cells: readonly Cell[]): string => `${cells.map(toCell).join(',')}\r\n`;

/** Query of every export. */
export const exportQuery = {
  bom: z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: 'Begin with a byte order mark, by which Excel knows UTF-8' }),
};

export interface CsvExport {
  fileName: string;
  bom: 'true' | 'false';
  columns: readonly string[];
  /** Batches of records, read one after another while the client takes them. */
  batches: AsyncIterable<readonly (readonly Cell[])[]>;
  signal: AbortSignal;
}

/** Streams a file of any length with the memory of one batch: the next is read when the client has taken the last. */
export async function sendCsv(res: Response, file: CsvExport): Promise<'streamed'> {
  res.set({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${file.fileName}"`,
    'cache-control': 'no-store',
  });
  res.write((file.bom === 'true' ? '\ufeff' : '') + csvRecord(file.columns));
  for await (const batch of file.batches) {
    if (file.signal.aborted) return 'streamed';
    const wantsMore = batch.length === 0 || res.write(batch.map(csvRecord).join(''));
    if (!wantsMore) await once(res, 'drain', { signal: file.signal }).catch(() => undefined);
  }
  res.end();
  return 'streamed';
}

/** Reads batch after batch by key until one comes short. */
export async function* keyedBatches<Row, Key>(
  size: number,
  read: (after: Key | undefined, size: number) => Promise<readonly Row[]>,
  keyOf: (row: Row) => Key,
): AsyncGenerator<readonly Row[]> {
  let after: Key | undefined;
  for (;;) {
    const rows = await read(after, size);
    yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < size) return;
    after = keyOf(last);
  }
}
