import { z } from 'zod';
import { say } from '../contracts/said.ts';
import { accountFields } from './account-schemas.ts';
import { rearm } from './csv-out.ts';
import { fieldErrors } from './field-errors.ts';
import type { FieldError } from './problem.ts';
import { badRequest } from './problem.ts';

/** One line of the file, checked. What is `undefined` was left empty and stays as it is on an existing account. */
export const importRowSchema = z.object({
  platform: accountFields.platform,
  username: accountFields.username,
  password: accountFields.password.optional(),
  totpSecret: accountFields.totpSecret.optional(),
  email: accountFields.email.optional(),
  proxyId: accountFields.proxyId.optional(),
  tags: accountFields.tags.optional(),
  timeZone: accountFields.timeZone.optional(),
  dailyLimits: accountFields.dailyLimits.optional(),
  quietHours: accountFields.quietHours.optional(),
  notes: accountFields.notes.optional(),
});
export type ImportRow = z.output<typeof importRowSchema>;

type Cells = Record<string, unknown>;

const text = (name: string) => (cell: string, row: Cells) => {
  row[name] = cell;
};
const inside = (outer: string, inner: string, convert: (cell: string) => unknown) => (cell: string, row: Cells) => {
  row[outer] = { ...(row[outer] as Cells | undefined), [inner]: convert(cell) };
};
const json = (name: string) => (cell: string, row: Cells) => {
  try {
    row[name] = JSON.parse(cell);
  } catch {
    row[name] = cell;
  }
};

/** The columns a file may have, named as the fields of `POST /api/accounts`, and how a cell becomes a value. */
const COLUMNS: Readonly<Record<string, (cell: string, row: Cells) => void>> = {
  platform: text('platform'),
  username: text('username'),
  password: text('password'),
  totpSecret: text('totpSecret'),
  email: text('email'),
  proxyId: text('proxyId'),
  timeZone: text('timeZone'),
  notes: text('notes'),
  tags: (cell, row) => {
    row.tags = cell
      .split(';')
      .map((tag) => tag.trim())
      .filter(Boolean);
  },
  dailyLimits: json('dailyLimits'),
  'dailyLimits.posts': inside('dailyLimits', 'posts', Number),
  'dailyLimits.follows': inside('dailyLimits', 'follows', Number),
  'dailyLimits.profileChanges': inside('dailyLimits', 'profileChanges', Number),
  'dailyLimits.visits': inside('dailyLimits', 'visits', Number),
  'dailyLimits.perHour': inside('dailyLimits', 'perHour', Number),
  'dailyLimits.minGapMinutes': inside('dailyLimits', 'minGapMinutes', Number),
  'dailyLimits.maxGapMinutes': inside('dailyLimits', 'maxGapMinutes', Number),
  quietHours: json('quietHours'),
  'quietHours.from': inside('quietHours', 'from', String),
  'quietHours.to': inside('quietHours', 'to', String),
};
/** Columns of an export that tell what only Flotilla itself sets. */
const PASSED_OVER = ['status', 'statusReason', 'sessionAt', 'createdAt'];
const isKnown = (name: string) => Object.hasOwn(COLUMNS, name) || PASSED_OVER.includes(name);
/** Far more than are known; each unknown one is told. */
const MOST_COLUMNS = 100;
const REQUIRED = ['platform', 'username'];

export interface ColumnReader {
  hasPassword: boolean;
  read(cells: readonly string[]): { row: ImportRow } | { errors: FieldError[] };
}

/** @throws Problem 400 that names a column that is missing, unknown or there twice */
export function readHeader(cells: readonly string[]): ColumnReader {
  const names = cells.map((cell) => cell.trim());
  // A file without a header begins with an account: what is in its line must not be repeated, it may be a password.
  if (!names.some(isKnown)) {
    throw badRequest(say('import.header', { columns: Object.keys(COLUMNS).join(', ') }));
  }
  if (names.length > MOST_COLUMNS) throw badRequest(say('import.many-columns', { count: MOST_COLUMNS }));
  const errors = [
    ...REQUIRED.filter((name) => !names.includes(name)).map((path) => ({ path, message: 'The column is missing' })),
    ...names.filter((name) => !isKnown(name)).map((path) => ({ path, message: 'Unknown column' })),
    ...names
      .filter((name, place) => names.indexOf(name) !== place)
      .map((path) => ({ path, message: 'The column is there twice' })),
  ];
  if (errors.length > 0) {
    const said = errors
      .map(({ path, message }) => say('file.says', { file: path || '(empty)', why: message.toLowerCase() }))
      .join('; ');
    throw badRequest(say('import.header-bad', { why: said, columns: Object.keys(COLUMNS).join(', ') }), errors);
  }
  return {
    hasPassword: names.includes('password'),
    read(line) {
      if (line.length !== names.length) {
        const message = say('import.fields', { count: line.length, header: names.length });
        return { errors: [{ path: '', message }] };
      }
      const row: Cells = {};
      names.forEach((name, place) => {
        const given = line[place] ?? '';
        // An export puts a quote before what a spreadsheet would run; passwords are never exported.
        const cell = name === 'password' ? given : rearm(given);
        // A password may begin or end with a space; elsewhere a cell of spaces is an empty one.
        if ((name === 'password' ? cell : cell.trim()) !== '') COLUMNS[name]?.(cell, row);
      });
      const parsed = importRowSchema.safeParse(row);
      return parsed.success ? { row: parsed.data } : { errors: fieldErrors(parsed.error) };
    },
  };
}
