import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { usage } from './failure.ts';

/** Where the person is: npm runs scripts in the project's folder and keeps theirs in a variable. */
function callersFolder(): string {
  return process.env.npm_lifecycle_event === 'flotilla' ? (process.env.INIT_CWD ?? process.cwd()) : process.cwd();
}

/** @throws CliError of usage when there is no such file */
export function existingFile(path: string): string {
  const full = resolve(callersFolder(), path);
  if (!existsSync(full)) throw usage(`There is no file ${path}.`);
  if (!statSync(full).isFile()) throw usage(`${path} is not a file.`);
  return full;
}

export const outputPath = (path: string): string => resolve(callersFolder(), path);

/** A text file; `-` is standard input. */
export const readTextFile = (path: string): string => readFileSync(path === '-' ? 0 : existingFile(path), 'utf8');

/** JSON, or `@file` that holds it. @throws CliError of usage */
export function jsonGiven(text: string, flag: string): unknown {
  const from = text.startsWith('@') ? readTextFile(text.slice(1)) : text;
  try {
    return JSON.parse(from);
  } catch {
    throw usage(`${flag} takes JSON, or @file with JSON in it. Strings in it are in double quotes.`);
  }
}
