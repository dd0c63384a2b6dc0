import { z } from 'zod';

/** A sentence of the catalogue in `said.ts`, for callers that speak another language than English. */
export const sentenceSchema = z
  .object({
    code: z.string().meta({ description: 'Stable name of the sentence; `verbatim` for words of somebody else' }),
    get params(): z.ZodRecord<z.ZodString, z.ZodUnion<[z.ZodString, z.ZodNumber, z.ZodArray<typeof sentenceSchema>]>> {
      return z.record(z.string(), z.union([z.string(), z.number(), z.array(sentenceSchema)]));
    },
  })
  .meta({ id: 'Sentence', description: 'A sentence as its code and the values in it' });
