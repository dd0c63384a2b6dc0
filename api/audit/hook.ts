import type { Answer, AuditNote, Route, RouteInput } from '../route.ts';
import { appendAudit } from './append.ts';
import { maskDetail } from './mask.ts';

type Input = Omit<RouteInput<unknown, unknown, unknown>, 'note'>;
type Run = (input: Input) => Promise<Answer | 'streamed'>;

/** What changes something, and what hands out many rows at once. */
const isAudited = (route: Route): boolean => route.audit ?? (route.method !== 'get' || route.path.endsWith('/export'));

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/** `accounts/<id>`: the address up to its last parameter; of what was just made, with the id of the answer. */
function subjectOf(route: Route, params: unknown, answer: Answer | 'streamed'): string {
  const parts = route.path.replace(/^\/api\//, '').split('/');
  const last = parts.findLastIndex((part) => part.startsWith('{'));
  const id = answer === 'streamed' ? undefined : fieldOf(answer.body, 'id');
  const isNew = last < 0 && route.method === 'post' && typeof id === 'string';
  const shown = last < 0 ? parts : parts.slice(0, last + 1);
  const filled = shown.map((part) => (part.startsWith('{') ? String(fieldOf(params, part.slice(1, -1))) : part));
  return [...filled, ...(isNew ? [id] : [])].join('/');
}

/**
 * The route's handler, with a row in the audit log for each call of a person or token that succeeded.
 * What worker hosts report is not audited, nor is a dry run: it changes nothing.
 */
export function audited(route: Route): Run {
  if (!isAudited(route)) return (input) => route.handler({ ...input, note: () => undefined });
  return async (input) => {
    const notes: AuditNote = {};
    const answer = await route.handler({ ...input, note: (more) => Object.assign(notes, more) });
    const { actor, req, res, deps } = input;
    if (actor.via === 'none' || actor.role === 'worker') return answer;
    if (fieldOf(input.query, 'dryRun') === true || (answer !== 'streamed' && answer.status >= 400)) return answer;
    const asked = route.method === 'get' ? input.query : input.body;
    const body = typeof asked === 'object' && asked !== null && !Array.isArray(asked) ? asked : {};
    const record = {
      actorId: actor.id,
      actor: actor.name,
      action: route.operationId,
      subject: notes.subject ?? subjectOf(route, input.params, answer),
      detail: maskDetail({ ...body, ...notes.detail }),
      address: req.ip ?? null,
      requestId: String(res.locals.requestId ?? ''),
    };
    try {
      await appendAudit(deps, record);
    } catch (error) {
      // The change is made and cannot be taken back, so the answer says so; the log keeps what the table could not.
      deps.log.error({ err: error, audit: record }, 'an audit row could not be written');
    }
    return answer;
  };
}
