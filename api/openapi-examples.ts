import type { createDocument } from 'zod-openapi';
import type { JsonSchema } from './examples.ts';
import { exampleOf } from './examples.ts';

type Document = ReturnType<typeof createDocument>;

interface Content {
  schema?: JsonSchema;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

interface Operation {
  parameters?: { name: string; schema?: JsonSchema; example?: unknown }[];
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, { $ref?: string; content?: Record<string, Content> }>;
}

const isEmpty = ({ example, examples }: Content): boolean => example === undefined && examples === undefined;

function addToContent(content: Record<string, Content>, document: Document): void {
  for (const [type, one] of Object.entries(content)) {
    if (one.schema && isEmpty(one) && /json|form-data/.test(type)) one.example = exampleOf(one.schema, document);
  }
}

/**
 * Gives every parameter, body and answer that has no example of its own one that is made from its schema.
 * Those of parameters go into their schemas: the documentation page would send one beside a schema with every call.
 */
export function addExamples(document: Document): void {
  for (const item of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(item ?? {}) as Operation[]) {
      for (const parameter of operation.parameters ?? []) {
        const { schema, name } = parameter;
        if (!schema || schema.examples || schema.$ref) continue;
        parameter.schema = { ...schema, examples: [exampleOf(schema, document, name)] };
      }
      if (operation.requestBody) addToContent(operation.requestBody.content, document);
      for (const answer of Object.values(operation.responses)) {
        if (answer.content) addToContent(answer.content, document);
      }
    }
  }
}
