import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { say } from '../contracts/said.ts';
import { badRequest } from './problem.ts';

/** Longest record, bytes: a quote that is never closed must not pull the whole file into memory. */
const MAX_RECORD_BYTES = 256 * 1024;

/** Most lines of a file: each costs the API's process some 20 microseconds, and twice that where it is written. */
export const MOST_LINES = 500_000;

export interface CsvRecord {
  /** The line of the file that the record begins on, from 1. */
  line: number;
  cells: string[];
}

const [NEWLINE, RETURN] = [10, 13];

function countBytes(bytes: Uint8Array, byte: number): number {
  let count = 0;
  for (let at = bytes.indexOf(byte); at !== -1; at = bytes.indexOf(byte, at + 1)) count += 1;
  return count;
}

function firstBadLine(block: Buffer, firstLine: number): number {
  let [line, start] = [firstLine, 0];
  for (let end = block.indexOf(10); end !== -1; end = block.indexOf(10, start)) {
    if (!isUtf8(block.subarray(start, end))) return line;
    [line, start] = [line + 1, end + 1];
  }
  return line;
}

/** @throws Problem 400 that names the first line whose bytes are not UTF-8, or that there are too many lines */
export async function checkUtf8(path: string): Promise<void> {
  let carried: Buffer = Buffer.alloc(0);
  let line = 1;
  let returns = 0;
  const check = (block: Buffer) => {
    if (!isUtf8(block)) {
      const at = firstBadLine(block, line);
      const message = `Line ${at} is not UTF-8 text`;
      throw badRequest(say('import.encoding', { why: message }), [{ path: `line ${at}`, message }]);
    }
    line += countBytes(block, NEWLINE);
    // Either may end a line.
    returns += countBytes(block, RETURN);
    if (Math.max(line, returns) > MOST_LINES + 1) {
      throw badRequest(say('import.many-lines', { count: MOST_LINES.toLocaleString('en') }));
    }
  };
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 ** 2 })) {
    const block = Buffer.concat([carried, chunk as Buffer]);
    const end = block.lastIndexOf(10) + 1;

    check(block.subarray(0, end));
    carried = block.subarray(end);
    if (carried.length > 4 * MAX_RECORD_BYTES) throw badRequest(say('import.long-line', { line }));
  }
  check(carried);
}

function malformed(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('code' in error) || !('lines' in error)) return error;
  const at = Number(error.lines);
  const message =
    error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE'
      ? 'A quote is opened and never closed'
      : 'A quote stands where none belongs; quotes inside a field are written twice';
  return badRequest(say('import.csv', { line: at, why: message }), [{ path: `line ${at}`, message }]);
}

/**
 * The records of a UTF-8 CSV file one by one, the header first. A byte order mark and empty lines are skipped.
 * @throws Problem 400 for broken quoting
 */
export async function* readCsv(path: string): AsyncGenerator<CsvRecord> {
  const file = createReadStream(path);
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_BYTES,
  });
  file.on('error', (error) => parser.destroy(error));
  file.pipe(parser);
  let previousEnd = 0;
  try {
    for await (const item of parser as AsyncIterable<{
      record: string[];
      info: { lines: number; empty_lines: number };
    }>) {
      // The parser counts to a record's last line; fields that span lines are the exception, and are counted back.
      const spanned = item.record.reduce((sum, cell) => sum + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0);
      previousEnd = Math.max(previousEnd + 1, item.info.lines - spanned);
      yield { line: previousEnd, cells: item.record };
    }
  } catch (error) {
    throw malformed(error);
  } finally {
    file.destroy();
    parser.destroy();
  }
}
