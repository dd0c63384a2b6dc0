import type { z } from 'zod';
import type { FieldError } from './problem.ts';

type Issue = z.core.$ZodIssue;

const join = (base: readonly PropertyKey[], path: readonly PropertyKey[]): PropertyKey[] => [...base, ...path];

/** Of a union's branches, the one that came closest: it speaks of the deepest field, with the fewest complaints. */
function closestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const depth = (issues: readonly Issue[]) => Math.max(0, ...issues.map((issue) => issue.path.length));
  return [...branches].sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0] ?? [];
}

function flatten(issue: Issue, base: readonly PropertyKey[]): FieldError[] {
  const path = join(base, issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: join(path, [key]).map(String).join('.'), message: 'Unknown field' }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return closestBranch(issue.errors).flatMap((inner) => flatten(inner, path));
  }
  return [{ path: path.map(String).join('.'), message: issue.message }];
}

/** A zod error as the `errors` of a problem: one entry a field, paths as in the JSON. At most 100. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) => flatten(issue, [])).slice(0, 100);
}
