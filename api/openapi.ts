import { z } from 'zod';
import type { ZodOpenApiContentObject, ZodOpenApiOperationObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import { createDocument } from 'zod-openapi';
import { areaOfTag } from '../contracts/scopes.ts';
import { scopesAllow } from './actor.ts';
import { problemSchema } from './problem.ts';
import type { ResponseSpec, Route } from './route.ts';
import { idempotencyKeySchema } from './route.ts';

const problemContent = { 'application/problem+json': { schema: problemSchema } };

function toResponse(spec: ResponseSpec) {
  if (spec.schema) {
    const example = spec.example === undefined ? {} : { example: spec.example };
    return { description: spec.description, content: { 'application/json': { schema: spec.schema, ...example } } };
  }
  if (spec.contentType) {
    return { description: spec.description, content: { [spec.contentType]: { schema: { type: 'string' as const } } } };
  }
  return { description: spec.description };
}

function toResponses(route: Route): ZodOpenApiResponsesObject {
  const own = Object.entries(route.responses).map(([status, spec]) => [
    status,
    Number(status) < 400 ? toResponse(spec) : { description: spec.description, content: problemContent },
  ]);
  return { ...Object.fromEntries(own), default: { description: 'An error', content: problemContent } };
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
  return Object.keys(content).length > 0 ? { requestBody: { required: true, content } } : {};
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
  const header = route.idempotent ? z.object({ 'Idempotency-Key': idempotencyKeySchema.optional() }) : undefined;
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
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Flotilla',
      version: '0.1.0',
      description: 'Durable bulk operations over many accounts that you own or are authorised to run.',
    },
    paths,
    security: [{ bearer: [] }, { cookie: [] }],
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'flotilla_session' },
      },
    },
  });
}
