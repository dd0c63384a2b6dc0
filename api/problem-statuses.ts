import type { Route } from './route.ts';

export interface ProblemSpec {
  description: string;
  /** Headers that come with every such answer: what they hold, and what they say. */
  headers?: Readonly<Record<string, { type: 'string' | 'integer'; description: string }>>;
}

/** What a status means wherever a route says no more about it. */
export const PROBLEMS = {
  400: { description: 'The request cannot be used as given; `errors` names each wrong field' },
  401: {
    description: 'Nobody is signed in, or the token is unknown, revoked or expired',
    headers: { 'WWW-Authenticate': { type: 'string', description: 'Always `Bearer`' } },
  },
  403: { description: "The caller's role, scopes or address do not allow this" },
  404: { description: 'There is nothing under this address' },
  409: { description: 'It does not fit the present state' },
  413: { description: 'The request body is too large' },
  415: { description: 'The request body has another content type, character set or encoding than is taken here' },
  416: { description: 'The range is outside of the file' },
  422: { description: 'The values are well-formed, but do not fit what they speak of' },
  429: {
    description: 'Too many requests',
    headers: { 'Retry-After': { type: 'integer', description: 'Seconds to wait' } },
  },
  500: { description: 'A fault of ours; quote `requestId` when asking' },
  503: { description: 'A part that this needs does not answer; try again later' },
} as const satisfies Readonly<Record<number, ProblemSpec>>;

/** What the machinery around every handler may answer, by what the route declares. */
function fromDeclaration(route: Route): number[] {
  const takesBody = route.body !== undefined || route.multipart !== undefined;
  const takesInput = takesBody || route.params !== undefined || route.query !== undefined;
  return [
    ...(takesInput || route.idempotent ? [400] : []),
    // Also where everybody may call: a wrong token is refused before, and so is an address that is not allowed.
    ...[401, 403],
    ...(route.params ? [404] : []),
    // The first call with a key is still at work, or was another one.
    ...(route.idempotent ? [409, 422] : []),
    ...(takesBody ? [413, 415] : []),
    ...[429, 500],
  ];
}

const isKnown = (status: number): status is keyof typeof PROBLEMS => status in PROBLEMS;

/**
 * Every status from 400 on that a route may answer: those that follow from its declaration, and those of its
 * `responses`, whose words go before the general ones.
 */
export function problemsOf(route: Route): ReadonlyMap<number, ProblemSpec> {
  const own = Object.keys(route.responses)
    .map(Number)
    .filter((status) => status >= 400);
  const statuses = [...new Set([...own, ...fromDeclaration(route)])].sort((a, b) => a - b);
  return new Map(
    statuses.map((status) => {
      const general: ProblemSpec = isKnown(status) ? PROBLEMS[status] : { description: 'An error' };
      return [status, { ...general, ...(route.responses[status] ?? {}) }] as const;
    }),
  );
}
