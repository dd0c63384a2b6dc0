import Table from 'cli-table3';
import pc from 'picocolors';

type Colours = ReturnType<typeof pc.createColors>;

export interface Output {
  /** One JSON document, or one a line where something is followed, and nothing else on stdout. */
  json: boolean;
  /** Whether a person sees what is written as it comes: progress bars make sense. */
  live: boolean;
  colours: Colours;
  /** A line for people; nothing with `--json`. */
  say(line: string): void;
  /** A line beside the result, on stderr; also with `--json`. */
  note(line: string): void;
  /** The answer: `body` as JSON, or what `show` says of it. */
  result(body: unknown, show: () => void): void;
  /** One line of JSON, of many. */
  line(body: unknown): void;
  table(head: readonly string[], rows: readonly (readonly Cell[])[], empty: string): void;
  /** Names and values below one another; those without a value are left out. */
  fields(rows: readonly (readonly [name: string, value: Cell])[]): void;
}

export type Cell = string | number | boolean | null | undefined;

/** Texts come from platforms and people: control characters could steer the terminal. */
export const clean = (text: string): string => text.replace(/\p{Cc}+/gu, ' ');

const BARE = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
  ].map((part) => [part, '']),
);

const cellOf = (cell: Cell): string => (cell === null || cell === undefined ? '' : clean(String(cell)));

export interface OutputOptions {
  json: boolean;
  stdout?: NodeJS.WriteStream;
  stderr?: NodeJS.WriteStream;
  env?: Record<string, string | undefined>;
}

export function createOutput({
  json,
  stdout = process.stdout,
  stderr = process.stderr,
  env = process.env,
}: OutputOptions): Output {
  const plain = Boolean(env.NO_COLOR) || env.TERM === 'dumb';
  const colours = pc.createColors(!json && !plain && stdout.isTTY === true);
  const write = (text: string): void => void stdout.write(`${text}\n`);
  const say = (line: string): void => {
    if (!json) write(line);
  };
  return {
    json,
    live: !json && !plain && stdout.isTTY === true && stderr.isTTY === true,
    colours,
    say,
    note: (line) => void stderr.write(`${line}\n`),
    result(body, show) {
      if (json) write(JSON.stringify(body ?? null, null, stdout.isTTY ? 2 : undefined));
      else show();
    },
    line: (body) => write(JSON.stringify(body)),
    table(head, rows, empty) {
      if (rows.length === 0) return say(empty);
      const table = new Table({
        head: head.map((title) => colours.dim(title)),
        chars: { ...BARE, middle: '  ' },
        style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
      });
      for (const row of rows) table.push(row.map(cellOf));
      for (const line of table.toString().split('\n')) say(line.trimEnd());
    },
    fields(rows) {
      const shown = rows.filter(([, value]) => value !== null && value !== undefined && value !== '');
      const width = Math.max(0, ...shown.map(([name]) => name.length));
      for (const [name, value] of shown) say(`${colours.dim(name.padEnd(width))}  ${cellOf(value)}`);
    },
  };
}
