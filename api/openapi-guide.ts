/** What holds for every operation, above the list of them; the same as docs/api.md in short. Markdown. */
export const GUIDE = `Durable bulk operations over many accounts that you own or are authorised to run.

## Signing in
Programs send a token: \`Authorization: Bearer flt_…\`. Make one under Settings or with \`POST /api/tokens\`; it carries a
role (\`viewer\`, \`operator\`, \`admin\`) or scopes such as \`accounts:read\`. Worker hosts have tokens of their own.
People sign in with \`POST /api/auth/sign-in\` and get a cookie; calls that change something then carry the header
\`x-csrf-token\` with the \`csrf\` of \`GET /api/auth/me\`. Whoever is signed in to the dashboard can try every call on this
page as it is. Each operation says which role or scope it needs.

## Errors
Every error is \`application/problem+json\` (RFC 9457) with \`title\`, \`status\`, a \`detail\` in one sentence, the
\`requestId\` under which it is logged, and \`errors: [{path, message}]\` where fields are wrong.

- 400: the request cannot be used as given
- 401: nobody is signed in, or the token is wrong; 403: this is not allowed
- 404: it is not there; 405: another method is meant, see \`Allow\`
- 409: it does not fit the present state
- 413 and 415: the body is too large, or of another type
- 422: well-formed, but it does not fit what it speaks of
- 429: too many requests, wait as \`Retry-After\` says
- 500: a fault of ours; 503: a part that is needed does not answer

## Pages
Lists answer \`{items, nextCursor}\`. Send \`cursor=<nextCursor>\` for the next page; it is null on the last one. Rows that
come in between neither repeat nor hide one. \`limit\` is 50 unless given, 200 at most.

## Calls that create, sent again
Give creating calls an \`Idempotency-Key\` of your own. The same call with the same key within 24 hours is answered with the
first answer, marked \`Idempotent-Replayed: true\`, and does nothing. The key with another request is answered 422.

## Events
\`GET /api/events\` is a stream of server-sent events. Every event has an id; send the last one as \`Last-Event-ID\` after a
loss of the connection and nothing is missed.

~~~
curl -N -H "Authorization: Bearer $TOKEN" "$FLOTILLA/api/events?taskId=3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e11"
~~~

## The first bulk task
~~~
curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -H "Idempotency-Key: first-one" \\
  -d '{"accounts": {"tag": "crew-a"}, "params": {}}' "$FLOTILLA/api/bulk/login?dryRun=true"
~~~
Without \`dryRun\` the task is written as a draft; \`POST /api/bulk/login/{id}/start\` starts it.`;

/** Parts of the API in the order in which one meets them; every tag of a route stands here. */
export const TAGS: readonly { name: string; description: string }[] = [
  { name: 'Bulk tasks', description: 'Order work for many accounts, start and steer it, read how it goes' },
  { name: 'Inbox', description: 'Challenges that wait for a person' },
  { name: 'Schedules', description: 'Bulk tasks that begin at a time, or again and again' },
  { name: 'Accounts', description: 'Who works: log-ins, tags, limits, import and export, history' },
  { name: 'Media', description: 'Videos and pictures, and their rendered variants' },
  { name: 'Follow categories', description: 'Lists of people to follow' },
  { name: 'Proxies', description: 'Ways out into the net, and what checks found of them' },
  { name: 'Evidence', description: 'Screenshots and traces of steps' },
  { name: 'Events', description: 'What happens, while it happens' },
  { name: 'Auth', description: 'Signing in, and what is one’s own' },
  { name: 'People', description: 'Who may sign in' },
  { name: 'Tokens', description: 'Keys of programs and of worker hosts' },
  { name: 'Settings', description: 'Allowed addresses, limits, retention' },
  { name: 'Webhooks', description: 'Alerts that are sent to other programs' },
  { name: 'Saved views', description: 'Filters of the dashboard’s pages under a name' },
  { name: 'Audit', description: 'Who changed what, and the proof that nothing of it was altered' },
  { name: 'System', description: 'Health, metrics, performance, errors, retention' },
  { name: 'Workers', description: 'Hosts that do the work' },
  { name: 'Locks', description: 'Named locks with fencing tokens' },
  { name: 'Worker link', description: 'For worker hosts: what they fetch and report while they work' },
];
