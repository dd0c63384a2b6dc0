import type { z } from 'zod';
import { fieldErrors } from './field-errors.ts';
import { buildOpenApi } from './openapi.ts';
import { problemSchema } from './problem.ts';
import type { Route } from './route.ts';
import { allRoutes } from './routes.ts';

interface Content {
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}
interface Operation {
  parameters?: { in: string; name: string; schema: { $ref?: string; examples?: unknown[] } }[];
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, { $ref?: string; content?: Record<string, Content> }>;
}

const document = buildOpenApi(allRoutes) as unknown as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { examples?: unknown[] }> };
};
const operationOf = ({ path, method }: Route): Operation => {
  const found = document.paths[path]?.[method];
  if (!found) throw new Error(`${method} ${path} is not in the document.`);
  return found;
};
const examplesOf = ({ example, examples }: Content): unknown[] =>
  example === undefined ? Object.values(examples ?? {}).map(({ value }) => value) : [example];

/** What is wrong with the examples of one schema, each line a sentence; none at all is wrong too. */
function faults(what: string, schema: z.ZodType, examples: readonly unknown[]): string[] {
  if (examples.length === 0) return [`${what} has no example`];
  return examples.flatMap((example) => {
    const parsed = schema.safeParse(example);
    return parsed.success ? [] : [`${what}: ${JSON.stringify(example)} ${JSON.stringify(fieldErrors(parsed.error))}`];
  });
}

describe('the examples of the documentation', () => {
  it('of bodies are what their schemas take', () => {
    const wrong = allRoutes.flatMap((route) => {
      const content = operationOf(route).requestBody?.content ?? {};
      const json = route.body
        ? faults(`${route.operationId} body`, route.body, examplesOf(content['application/json'] ?? {}))
        : [];
      const form = content['multipart/form-data'];
      return [...json, ...(form && examplesOf(form).length === 0 ? [`${route.operationId} form has no example`] : [])];
    });
    expect(wrong).toEqual([]);
  });

  it('of parameters are what their schemas take', () => {
    const wrong = allRoutes.flatMap((route) =>
      (operationOf(route).parameters ?? []).flatMap(({ in: place, name, schema }) => {
        const fields = place === 'path' ? route.params : place === 'query' ? route.query : undefined;
        const field = fields?.shape[name] as z.ZodType | undefined;
        const shared = document.components.schemas[schema.$ref?.split('/').at(-1) ?? ''];
        const examples = schema.examples ?? shared?.examples ?? [];
        if (!field) return examples.length > 0 ? [] : [`${route.operationId} ${place} ${name} has no example`];
        // A query and an address hold texts.
        return faults(`${route.operationId} ${place} ${name}`, field, examples.map(String));
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('of answers are what their schemas say', () => {
    const wrong = allRoutes.flatMap((route) =>
      Object.entries(route.responses).flatMap(([status, { schema }]) => {
        const content = operationOf(route).responses[status]?.content?.['application/json'];
        return schema ? faults(`${route.operationId} ${status}`, schema, examplesOf(content ?? {})) : [];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('of problems tell of their own status', () => {
    const wrong = allRoutes.flatMap((route) =>
      Object.entries(operationOf(route).responses).flatMap(([status, answer]) => {
        const content = answer.content?.['application/problem+json'];
        if (!content) return [];
        const [example] = examplesOf(content);
        const parsed = problemSchema.safeParse(example);
        return parsed.success && String(parsed.data.status) === status ? [] : [`${route.operationId} ${status}`];
      }),
    );
    expect(wrong).toEqual([]);
  });
});
