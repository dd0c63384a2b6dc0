import { z } from 'zod';
import { kindList } from '../../../../kinds/index.ts';
import { blankOf, branchOf, type JsonSchema, resolve, sortOf } from './json-schema.ts';

const schemaOf = (type: z.ZodType): JsonSchema => z.toJSONSchema(type, { io: 'input' }) as JsonSchema;

/** How the one field `it` of such params is filled in. */
function sort(type: z.ZodType): string {
  const root = schemaOf(z.strictObject({ it: type }));
  return sortOf(resolve(root.properties?.it ?? {}, root), root);
}

describe('how a field is filled in', () => {
  it.each([
    ['media', z.array(z.uuid()).meta({ format: 'media-ids', media: 'image' })],
    ['one-media', z.uuid().meta({ format: 'media-id', media: 'image' })],
    ['category', z.uuid().meta({ format: 'follow-category-id' })],
    ['task', z.uuid().optional().meta({ format: 'bulk-task-id', kind: 'upload' })],
    ['platform', z.string().meta({ format: 'platform-name' })],
    ['lines', z.array(z.url())],
    ['texts', z.array(z.string().max(1_000))],
    ['tags', z.array(z.string().max(64)).default([])],
    ['choices', z.array(z.enum(['a', 'b']))],
    ['pair', z.tuple([z.number(), z.number()])],
    ['list', z.array(z.strictObject({ x: z.number() }))],
    ['choice', z.enum(['a', 'b']).default('a')],
    [
      'variants',
      z.discriminatedUnion('type', [z.object({ type: z.literal('a') }), z.object({ type: z.literal('b') })]),
    ],
    ['group', z.strictObject({ x: z.number() }).optional()],
    ['switch', z.boolean().default(false)],
    ['number', z.number().min(0).nullable()],
    ['text', z.string().optional()],
    ['json', z.record(z.string(), z.number())],
  ])('is %s', (expected, type) => {
    expect(sort(type)).toBe(expected);
  });

  it('follows a reference to a schema that is used twice', () => {
    const range = z.tuple([z.number(), z.number()]).meta({ id: 'JsonSchemaTestRange', title: 'Range' });
    const root = schemaOf(z.strictObject({ a: range, b: range }));
    expect(root.properties?.a?.$ref).toBeDefined();
    expect(sortOf(resolve(root.properties?.a ?? {}, root), root)).toBe('pair');
  });

  it('knows the branch of a value by its fixed fields', () => {
    const overlay = z.discriminatedUnion('type', [
      z.object({ type: z.literal('text'), text: z.string() }),
      z.object({ type: z.literal('logo'), mediaId: z.uuid() }),
    ]);
    const branches = schemaOf(overlay).oneOf ?? schemaOf(overlay).anyOf ?? [];
    expect(branches.map(blankOf)).toEqual([{ type: 'text' }, { type: 'logo' }]);
    expect(branchOf(branches, { type: 'logo', mediaId: 'x' })).toBe(1);
  });

  it.each(kindList.map((kind) => [kind.name, kind] as const))(
    'leaves no field of %s to be typed as JSON',
    (_, kind) => {
      const root = schemaOf(kind.params);
      const unknown: string[] = [];
      const visit = (schema: JsonSchema, path: string): void => {
        const resolved = resolve(schema, root);
        if (path && sortOf(resolved, root) === 'json') unknown.push(path);
        for (const [name, field] of Object.entries(resolved.properties ?? {}))
          visit(field, path ? `${path}.${name}` : name);
        for (const branch of resolved.oneOf ?? []) visit(branch, `${path}*`);
      };
      visit(root, '');
      expect(unknown).toEqual([]);
    },
  );
});
