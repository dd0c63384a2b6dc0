import { z } from 'zod';
import { read, type Said } from '../contracts/said.ts';
import { sentenceSchema } from '../contracts/said-schema.ts';
import { readTitle } from '../contracts/said-title.ts';

export const paramsSchema = sentenceSchema.shape.params;

/** Goes into the schema of whatever holds sentences: `...saidShape`. */
export const saidShape = {
  said: z
    .record(z.string(), z.array(sentenceSchema))
    .optional()
    .meta({ description: 'The sentences beside this by code and values, by the path of their field, where known' }),
};

export type Told = { said?: Record<string, Said[]> };

/** What {@link saidShape} describes: `...saidOf({ stateReason })`. Nothing where none of the texts is known. */
export function saidOf(texts: Readonly<Record<string, string | null | undefined>>): Told {
  const known = Object.entries(texts).flatMap(([path, text]) => {
    const said = text ? read(text) : undefined;
    return said ? [[path, said] as const] : [];
  });
  return known.length > 0 ? { said: Object.fromEntries(known) } : {};
}

/** The same for the titles of causes, which stand for what differs from error to error with placeholders. */
export function saidOfTitle(field: string, title: string): Told {
  const said = readTitle(title);
  return said ? { said: { [field]: said } } : {};
}

/** A text that is one sentence, as the extension members of a problem have it. */
export function codeOf(text: string): { code?: string; params?: Said['params'] } {
  const [one, ...more] = read(text) ?? [];
  if (!one || more.length > 0) return {};
  return { code: one.code, ...(Object.keys(one.params).length > 0 ? { params: one.params } : {}) };
}

/** Data of an event with the sentences in it by code as well. */
export function toldData(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data;
  const { reason, message } = data as Record<string, unknown>;
  const texts = { reason: asText(reason), message: asText(message) };
  return { ...data, ...saidOf(texts) };
}

const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
