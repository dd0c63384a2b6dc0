import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { usage } from './failure.ts';
import { readTextFile } from './files.ts';

const isAttended = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

async function question(text: string, output: NodeJS.WritableStream): Promise<string> {
  const asking = createInterface({ input: process.stdin, output, terminal: true });
  try {
    return await asking.question(text);
  } finally {
    asking.close();
  }
}

/** Asks before something that cannot be undone. @throws CliError of usage where nobody can answer */
export async function confirm(what: string, yes: boolean | undefined): Promise<boolean> {
  if (yes) return true;
  if (!isAttended()) throw usage(`${what} Say so with --yes.`);
  const answer = await question(`${what} Go on? [y/N] `, process.stderr);
  return /^y(es)?$/i.test(answer.trim());
}

/** Asks for a secret without showing it. */
async function askHidden(what: string): Promise<string> {
  process.stderr.write(`${what}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const answer = await question('', silent);
  process.stderr.write('\n');
  return answer;
}

/** Without the line end that editors and `echo` put behind it. */
const withoutLineEnd = (text: string): string => text.replace(/\r?\n$/, '');

/**
 * A secret from a file, `-` for standard input, or typed where a person is there: never from an option, where the
 * shell's history and the list of processes would show it.
 * @throws CliError of usage when there is none
 */
export async function readSecret(what: string, file: string | undefined, option: string): Promise<string> {
  if (file !== undefined) {
    const secret = withoutLineEnd(readTextFile(file));
    if (secret === '') throw usage(`${file === '-' ? 'Standard input' : file} holds no ${what.toLowerCase()}.`);
    return secret;
  }
  if (!isAttended()) throw usage(`Give the ${what.toLowerCase()} with ${option} <file>; - is standard input.`);
  const typed = await askHidden(what);
  if (typed === '') throw usage(`No ${what.toLowerCase()} was given.`);
  return typed;
}
