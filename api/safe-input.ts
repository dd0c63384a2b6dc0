import { say } from '../contracts/said.ts';
import type { FieldError } from './problem.ts';
import { badRequest } from './problem.ts';

/** What of a request is wrong. */
export type Part = 'path' | 'query' | 'body';

/** Deeper JSON is no request of ours, and would exhaust the stack of whoever walks it. */
const MAX_DEPTH = 64;

const LONE_SURROGATE = /\p{Surrogate}/u;

function fault(text: string): string | undefined {
  if (text.includes('\0')) return 'Must not hold the NUL character';
  // Read by code points, a surrogate that has its other half is none.
  return !LONE_SURROGATE.test(text) ? undefined : 'Must be valid Unicode: half of a surrogate pair stands alone';
}

/**
 * Refuses what JSON can say and Postgres cannot keep: NUL, lone surrogates; and JSON that is nested too deep.
 * @throws Problem 400 that names the field
 */
export function checkKeepable(value: unknown, where: Part): void {
  const open: { value: unknown; path: readonly string[] }[] = [{ value, path: [] }];
  const refuse = (path: readonly string[], message: string) => {
    const errors: FieldError[] = [{ path: path.join('.').replace(/[\0\p{Surrogate}]/gu, ''), message }];
    return badRequest(say(`request.${where}`), errors);
  };
  for (let next = open.pop(); next; next = open.pop()) {
    const { value: here, path } = next;
    if (typeof here === 'string') {
      const message = fault(here);
      if (message) throw refuse(path, message);
    } else if (typeof here === 'object' && here !== null) {
      if (path.length >= MAX_DEPTH) throw refuse(path.slice(0, 8), `Must not be nested more than ${MAX_DEPTH} deep`);
      for (const [name, inner] of Object.entries(here)) {
        const message = fault(name);
        if (message) throw refuse([...path, name], message);
        open.push({ value: inner, path: [...path, name] });
      }
    }
  }
}
