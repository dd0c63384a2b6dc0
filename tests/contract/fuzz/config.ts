import type { Route } from '../../../api/route.ts';
import type { Seeded } from './seed.ts';

/** Which seeded ids stand in a path: the longest beginning of the path that names the parameter counts. */
const POOLS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/api/accounts/': { id: 'accounts' },
  '/api/auth/sessions/': { id: 'sessions' },
  '/api/bulk/': { kind: 'kinds', id: 'tasks', accountTaskId: 'accountTasks' },
  '/api/errors/': { fingerprint: 'fingerprints' },
  '/api/evidence/': { id: 'evidence' },
  '/api/follow-categories/': { id: 'categories', targetId: 'targets' },
  '/api/inbox/': { id: 'challenges' },
  '/api/media/': { id: 'media', variantId: 'variants', sha256: 'hashes' },
  '/api/proxies/': { id: 'proxies' },
  '/api/schedules/': { id: 'schedules' },
  '/api/tokens/': { id: 'tokens' },
  '/api/users/': { id: 'users' },
  '/api/live/': { accountTaskId: 'accountTasks' },
  '/api/webhooks/': { id: 'webhooks', deliveryId: 'deliveries' },
  '/api/views/': { id: 'views' },
  '/api/worker-tokens/': { id: 'workerTokens' },
  '/api/worker/account-tasks/': { id: 'accountTasks' },
  '/api/worker/accounts/': { accountId: 'accounts' },
  '/api/worker/media/': { id: 'media' },
  '/api/worker/schedules/': { id: 'schedules' },
  '/api/workers/': { id: 'workers' },
};

/** The pool of a path parameter; undefined when the table above leaves it out. */
export function poolOf(path: string, parameter: string): string | undefined {
  const begins = Object.keys(POOLS).filter((start) => path.startsWith(start));
  const longest = begins.sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? undefined : POOLS[longest]?.[parameter];
}

export const parametersOf = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');

/** Fields of bodies that name a row. */
const BODY_POOLS: Readonly<Record<string, string>> = {
  'body.fencingToken': 'leases',
  'body.params.mediaIds[*]': 'media',
  'body.params.categoryId': 'categories',
  'body.accounts.ids[*]': 'accounts',
  'body.accounts.tag': 'tags',
  'body.order.accounts.tag': 'tags',
  'body.meta': 'metas',
  'body.accountTaskId': 'accountTasks',
  'body.proxyId': 'proxies',
  'body.accountIds[*]': 'accounts',
};

/** How often a generated request has a real id: the rest looks for what is not there. */
const OFTEN = 0.7;

function bindingsOf({ operationId, method, path, body }: Route, { doomed }: Seeded): string {
  const ofPath = parametersOf(path).map((name) => [`path.${name}`, poolOf(path, name)] as const);
  const all = [...ofPath, ...(body ? Object.entries(BODY_POOLS) : [])];
  if (all.length === 0) return '';
  const bindings = all.map(([name, pool]) => {
    const dictionary = method === 'delete' && doomed[pool ?? ''] ? `doomed-${pool}` : `kept-${pool}`;
    return `"${name}" = { dictionary = "${dictionary}", probability = ${OFTEN} }`;
  });
  return `[[operations]]\ninclude-operation-id = "${operationId}"\nparameters = { ${bindings.join(', ')} }\n`;
}

export interface Run {
  token: string;
  seed: number;
  /** Generated requests an operation and phase, at most. */
  maxExamples: number;
  phases: readonly ('examples' | 'coverage' | 'fuzzing' | 'stateful')[];
  /** Operations that are left out, or the only ones. */
  without?: readonly string[];
  only?: readonly string[];
}

/** Requests of these operations are not sent. */
function leftOut(routes: readonly Route[], { without, only }: Run): string {
  const names = routes
    .map(({ operationId }) => operationId)
    .filter((name) => without?.includes(name) || (only && !only.includes(name)));
  if (names.length === 0) return '';
  return `[[operations]]\ninclude-operation-id = ${JSON.stringify(names)}\nenabled = false\n`;
}

/** The fuzzer's configuration: which checks, with whose token, and with which ids. */
export function configOf(routes: readonly Route[], seeded: Seeded, run: Run): string {
  const dictionaries = Object.entries(seeded).flatMap(([kind, pools]) =>
    Object.entries(pools as Seeded['kept'])
      .filter(([, ids]) => ids.length > 0)
      .map(([name, ids]) => `${kind}-${name} = { values = ${JSON.stringify(ids)} }`),
  );
  return `
seed = ${run.seed}
# Python's syntax trees are not made for threads in all of its versions.
workers = 1
continue-on-failure = true
max-stream-events = 1
request-timeout = 20
warnings = false

[generation]
max-examples = ${run.maxExamples}
no-shrink = true

[auth.openapi.bearer]
bearer = ${JSON.stringify(run.token)}

[checks]
enabled = false
not_a_server_error.enabled = true
status_code_conformance.enabled = true
content_type_conformance.enabled = true
response_schema_conformance.enabled = true
response_headers_conformance.enabled = true
negative_data_rejection.enabled = true
ignored_auth.enabled = true
unsupported_method.enabled = true
allow_header_conformance.enabled = true
missing_required_header.enabled = true

[dictionaries]
${dictionaries.join('\n')}

${leftOut(routes, run)}
${routes
  .map((route) => bindingsOf(route, seeded))
  .filter(Boolean)
  .join('\n')}`;
}
