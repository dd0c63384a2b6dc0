import { z } from 'zod';
import type { Actor } from './actor.ts';
import type { Deps } from './deps.ts';
import { query } from './door/sql.ts';
import { conflict, Problem, unprocessable } from './problem.ts';
import type { Answer } from './route.ts';

/** Answers are remembered this long. */
const KEEP_HOURS = 24;
/** A call at work says so this often; one that has been silent for a minute is taken for dead. */
const BEAT_MS = 10_000;
const SILENT_SECONDS = 60;
const RETRY_AFTER_SECONDS = 2;
const PURPOSE = 'idempotent-answer';

const rememberedSchema = z.object({
  /** Absent where the answer had none. */
  body: z.unknown().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  form: z.string().optional(),
});

const otherRequest = () =>
  unprocessable('This Idempotency-Key was used with another request. Send a new key with a new request.');

export interface NamedCall {
  actor: Pick<Actor, 'id'>;
  operationId: string;
  key: string;
  /** All that makes the request what it is: parameters, query and body. */
  request: unknown;
  /** Of a multipart request: a hash of the form, which is known once the work has read it. */
  form?: {
    known(): string | undefined;
    /** Reads the form of a call that is not made again, and forgets it. */
    read(): Promise<string | undefined>;
  };
}

interface Found {
  requestHash: string;
  status: number | null;
  body: Uint8Array | null;
}

const rowIdOf = ({ actor, operationId, key }: NamedCall): string => `${actor.id}\n${operationId}\n${key}`;

/** Makes the call the first of its name, or one that takes over from a first call that died. */
async function claim(deps: Deps, call: NamedCall, requestHash: string): Promise<boolean> {
  await query(
    deps.db,
    `DELETE FROM "IdempotentAnswer" WHERE "createdAt" < now() - make_interval(hours => $1::int)`,
    KEEP_HOURS,
  );
  const rows = await query(
    deps.db,
    `INSERT INTO "IdempotentAnswer" AS a ("actorId", "operationId", key, "requestHash") VALUES ($1, $2, $3, $4)
     ON CONFLICT ("actorId", "operationId", key) DO UPDATE SET "createdAt" = now()
     WHERE a.status IS NULL AND a."requestHash" = $4 AND a."createdAt" < now() - make_interval(secs => $5::int)
     RETURNING key`,
    call.actor.id,
    call.operationId,
    call.key,
    requestHash,
    SILENT_SECONDS,
  );
  return rows.length > 0;
}

async function formerAnswer(deps: Deps, call: NamedCall, requestHash: string): Promise<Answer> {
  const { actor, operationId, key } = call;
  const found: Found | null = await deps.db.idempotentAnswer.findUnique({
    where: { actorId_operationId_key: { actorId: actor.id, operationId, key } },
  });
  if (found && found.requestHash !== requestHash) {
    throw otherRequest();
  }
  if (!found || found.status === null || !found.body) {
    throw new Problem(409, 'The first call with this Idempotency-Key is still at work. Ask again in a moment.', {
      headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
    });
  }
  const opened = rememberedSchema.safeParse(openOrUndefined(deps, call, found.body));
  if (!opened.success) {
    throw conflict('The call was made, but its answer can no longer be read: the key it was sealed under is gone.');
  }
  if (call.form && opened.data.form !== (await call.form.read())) throw otherRequest();
  const headers = { ...opened.data.headers, 'idempotent-replayed': 'true' };
  return { status: found.status, body: opened.data.body, headers };
}

function openOrUndefined(deps: Deps, call: NamedCall, sealed: Uint8Array): unknown {
  try {
    return deps.sealer.open(PURPOSE, rowIdOf(call), sealed);
  } catch {
    return undefined;
  }
}

/**
 * Does a creating call once: the same actor, operation, key and request get the first answer again.
 * Only successes are remembered; after a failure the key is free.
 * @throws Problem 409 with Retry-After while the first call is at work, 422 for the key with another request
 */
export async function answerOnce(
  deps: Deps,
  call: NamedCall,
  work: () => Promise<Answer | 'streamed'>,
): Promise<Answer | 'streamed'> {
  // A keyed hash, because the request may hold a password and a plain hash could be guessed at.
  const requestHash = deps.sealer.mac(PURPOSE, JSON.stringify(call.request));
  if (!(await claim(deps, call, requestHash))) return await formerAnswer(deps, call, requestHash);
  const mine = { actorId: call.actor.id, operationId: call.operationId, key: call.key, status: null };
  const beat = setInterval(() => {
    deps.db.idempotentAnswer
      .updateMany({ where: mine, data: { createdAt: new Date() } })
      .catch((error: unknown) => deps.log.warn({ err: error }, 'a named call could not say that it is at work'));
  }, BEAT_MS);
  try {
    const answer = await work();
    if (answer === 'streamed' || answer.status >= 400) {
      await deps.db.idempotentAnswer.deleteMany({ where: mine });
      return answer;
    }
    const kept = {
      form: call.form?.known(),
      body: answer.body,
      ...(answer.headers ? { headers: answer.headers } : {}),
    };
    const body = deps.sealer.seal(PURPOSE, rowIdOf(call), kept);
    await deps.db.idempotentAnswer.updateMany({ where: mine, data: { status: answer.status, body } });
    return answer;
  } catch (error) {
    await deps.db.idempotentAnswer.deleteMany({ where: mine });
    throw error;
  } finally {
    clearInterval(beat);
  }
}
