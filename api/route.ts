import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Actor } from './actor.ts';
import type { Deps } from './deps.ts';

/**
 * Who may call: `worker` wants a worker or admin token, the others are ordered viewer < operator < admin,
 * `signed-in` takes everybody who has one of these roles, also before a first password is replaced,
 * `public` is open to all that pass the address allow-list.
 */
export type Access = 'public' | 'signed-in' | 'viewer' | 'operator' | 'admin' | 'worker';
export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export interface ResponseSpec {
  description: string;
  /** What the JSON body must be. Fields that it does not name are not sent. */
  schema?: z.ZodType;
  example?: unknown;
  /** Of an answer that is not JSON, e.g. `text/event-stream`, or `video/*` where it is one of several. */
  contentType?: string | readonly string[];
}

export interface Answer {
  /** One of the declared `responses`; error answers are thrown as `Problem`s. */
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface RouteInput<P, Q, B> {
  params: P;
  query: Q;
  body: B;
  /** The header `Idempotency-Key`, with `idempotent` routes. */
  idempotencyKey: string | undefined;
  req: Request;
  res: Response;
  actor: Actor;
  deps: Deps;
  /** Aborted when the client goes away before the answer is complete. */
  signal: AbortSignal;
  /** Says more about this call in the audit log than its address and body do. */
  note(more: AuditNote): void;
}

export interface AuditNote {
  subject?: string;
  /** Added to the body; masked like it. */
  detail?: Record<string, unknown>;
}

interface RouteBase {
  method: Method;
  /** As OpenAPI writes it: `/api/accounts/{id}`. */
  path: `/${string}`;
  operationId: string;
  summary: string;
  description?: string;
  /** Its part of the documentation, and the area that scopes of tokens name: see contracts/scopes.ts. */
  tags: readonly string[];
  access: Access;
  /** The handler reads `multipart/form-data` itself; an object schema documents its text fields beside `file`. */
  multipart?: true | z.ZodObject;
  /**
   * Documents and checks the optional header `Idempotency-Key`. With `true` the first answer is remembered and given
   * again; with `'own'` the handler keeps the key itself, in the transaction that creates.
   */
  idempotent?: true | 'own';
  /** Headers that belong to an `idempotent` request as its body does: with others the same key is another request. */
  keyedHeaders?: readonly string[];
  /** Whether calls are in the audit log; unless said otherwise all that change something, and exports. */
  audit?: boolean;
  /** May also be called by Temporal Web, from its own origin, with the cookie of whoever is signed in. */
  temporalWeb?: true;
  /** Largest JSON body, bytes. */
  maxBodyBytes?: number;
  /** Examples of the body, by name. */
  examples?: Readonly<Record<string, unknown>>;
}

export interface RouteDeclaration<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> extends RouteBase {
  params?: P;
  query?: Q;
  body?: B;
  /**
   * Held against every answer. Statuses from 400 on document the problems that the handler throws: those that follow
   * from the rest of the declaration (see problem-statuses.ts) need no entry, and a thrown one that is in neither is a
   * fault.
   */
  responses: Readonly<Record<number, ResponseSpec>>;
  /** Answers with a status of `responses`, or has written the answer itself (`'streamed'`). */
  handler(input: RouteInput<z.output<P>, z.output<Q>, z.output<B>>): Promise<Answer | 'streamed'>;
}

/** A declared route with its own types forgotten: what registration and OpenAPI read. */
export interface Route extends RouteBase {
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  responses: Readonly<Record<number, ResponseSpec>>;
  handler(input: RouteInput<unknown, unknown, unknown>): Promise<Answer | 'streamed'>;
}

/** Declares one route: its Express registration, its validation both ways and its OpenAPI entry come from here. */
export function route<
  P extends z.ZodObject = z.ZodObject<Record<never, never>>,
  Q extends z.ZodObject = z.ZodObject<Record<never, never>>,
  B extends z.ZodType = z.ZodUndefined,
>(declaration: RouteDeclaration<P, Q, B>): Route {
  // Registration hands the handler exactly what these schemas gave out, so forgetting the types is safe.
  return declaration as unknown as Route;
}

export const idempotencyKeySchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, '1 to 200 printable characters without spaces')
  .meta({ description: 'Any text that names this request; sent again, the first answer comes back.' });

/** Path parameters of a route about one row. */
export const idParams = z.object({ id: z.uuid() });
