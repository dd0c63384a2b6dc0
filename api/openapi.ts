import { z } from 'zod';
import type {
  ZodOpenApiContentObject,
  ZodOpenApiOperationObject,
  ZodOpenApiResponseObject,
  ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { createDocument } from 'zod-openapi';
import { areaOfTag } from '../contracts/scopes.ts';
import { scopesAllow } from './actor.ts';
import { addExamples } from './openapi-examples.ts';
import { GUIDE, TAGS } from './openapi-guide.ts';
import { problemSchema, TITLES } from './problem.ts';
import type { ProblemSpec } from './problem-statuses.ts';
import { PROBLEMS, problemsOf } from './problem-statuses.ts';
import type { ResponseSpec, Route } from './route.ts';
import { idempotencyKeySchema } from './route.ts';

function toResponse(spec: ResponseSpec) {
  if (spec.schema) {
    const example = spec.example === undefined ? {} : { example: spec.example };
    return { description: spec.description, content: { 'application/json': { schema: spec.schema, ...example } } };
  }
  if (spec.contentType) {
    // A schema of a stream would be one of each event.
    const media = (type: string) => (type === 'text/event-stream' ? {} : { schema: { type: 'string' as const } });
    const content = [spec.contentType].flat().map((type) => [type, media(type)]);
    return { description: spec.description, content: Object.fromEntries(content) };
  }
  return { description: spec.description };
}

function problemExample(status: number, detail: string) {
  return {
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    detail: detail.replaceAll('`', ''),
    ...(status === 400 || status === 422
      ? { errors: [{ path: 'accounts.ids.3', message: 'There is no such account' }] }
      : {}),
    requestId: '0b6f1d8e-77a5-4f0e-8a34-1c2d3e4f5a6b',
  };
}

function toProblemResponse(status: number, { description, headers = {} }: ProblemSpec): ZodOpenApiResponseObject {
  const declared = Object.entries(headers).map(([name, { type, description: what }]) => [
    name,
    { description: what, required: true, schema: { type } },
  ]);
  return {
    description,
    content: {
      'application/problem+json': { schema: problemSchema, example: problemExample(status, `${description}.`) },
    },
    ...(declared.length > 0 ? { headers: Object.fromEntries(declared) } : {}),
  };
}

/** The refusals that are the same everywhere stand once in the document, as components. */
const shared = new Map<string, ZodOpenApiResponseObject>(
  Object.entries(PROBLEMS).map(([status, spec]) => [
    spec.description,
    { ...toProblemResponse(Number(status), spec), id: `Problem${status}` },
  ]),
);

function toResponses(route: Route): ZodOpenApiResponsesObject {
  const own = Object.entries(route.responses)
    .filter(([status]) => Number(status) < 400)
    .map(([status, spec]) => [status, toResponse(spec)]);
  const problems = [...problemsOf(route)].map(([status, spec]) => [
    String(status),
    shared.get(spec.description) ?? toProblemResponse(status, spec),
  ]);
  return Object.fromEntries([...own, ...problems]);
}

function toRequestBody(route: Route): Pick<ZodOpenApiOperationObject, 'requestBody'> {
  const content: ZodOpenApiContentObject = {};
  if (route.multipart) {
    const fields = route.multipart === true ? z.object({}) : route.multipart;
    content['multipart/form-data'] = { schema: fields.extend({ file: z.string().meta({ format: 'binary' }) }) };
  }
  if (route.body) {
    const named = Object.entries(route.examples ?? {}).map(([name, value]) => [name, { value }]);
    const examples = named.length > 0 ? { examples: Object.fromEntries(named) } : {};
    content['application/json'] = { schema: route.body, ...examples };
  }
  if (Object.keys(content).length === 0) return {};
  // A request without a body is read as an empty object.
  const required = route.multipart !== undefined || !route.body?.safeParse({}).success;
  return { requestBody: { required, content } };
}

/** In words, who may call: a role, or the scope that stands in for it. */
function whoMay(route: Route): string {
  if (route.access === 'public') return 'Open to everybody.';
  if (route.access === 'signed-in') return 'For people, and for tokens with a role.';
  if (route.access === 'worker') return 'Needs a worker token, or the role admin.';
  const right = route.method === 'get' ? 'read' : 'write';
  const scopes = route.tags.map((tag) => `${areaOfTag(tag)}:${right}`).filter((scope) => scopesAllow([scope], route));
  return `Needs the role ${route.access}${scopes.map((scope) => `, or the scope \`${scope}\``).join('')}.`;
}

function toOperation(route: Route): ZodOpenApiOperationObject {
  const header = route.idempotent
    ? z.object({
        'Idempotency-Key': idempotencyKeySchema
          .optional()
          .meta({ description: idempotencyKeySchema.description ?? '', examples: ['order-2026-03-02-1'] }),
      })
    : undefined;
  const needs = whoMay(route);
  return {
    operationId: route.operationId,
    summary: route.summary,
    description: [route.description, needs].filter(Boolean).join('\n\n'),
    tags: [...route.tags],
    requestParams: {
      ...(route.params ? { path: route.params } : {}),
      ...(route.query ? { query: route.query } : {}),
      ...(header ? { header } : {}),
    },
    ...toRequestBody(route),
    responses: toResponses(route),
    ...(route.access === 'public' ? { security: [] } : {}),
  };
}

/** The OpenAPI 3.1 document of these routes. */
export function buildOpenApi(routes: readonly Route[]) {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: toOperation(route) };
  }
  const document = createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Flotilla',
      version: '0.1.0',
      description: GUIDE,
    },
    tags: TAGS.filter(({ name }) => routes.some(({ tags }) => tags.includes(name))),
    paths,
    security: [{ bearer: [] }, { cookie: [] }],
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'A token of Settings › Tokens, or the one that the first start printed.',
        },
        cookie: {
          type: 'apiKey',
          in: 'cookie',
          name: 'flotilla_session',
          description: 'Set by signing in; nothing is to be entered here.',
        },
      },
    },
  });
  addExamples(document);
  return document;
}
