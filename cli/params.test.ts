import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { kindList } from '../kinds/index.ts';
import type { CliError } from './failure.ts';
import { kindOptions } from './order.ts';
import { type ParamOption, paramErrors, paramOptions, readParams, resolveMedia } from './params.ts';
import { createProgram } from './program.ts';

const kindOf = (name: string) => kindList.find((kind) => kind.name === name)!;

/** What the real command line makes of words behind `flotilla bulk <kind>`. */
function parse(kind: string, words: readonly string[]): Record<string, unknown> {
  const program = createProgram().configureOutput({ writeErr: () => undefined });
  const bulk = program.commands.find((command) => command.name() === 'bulk')!;
  const command = bulk.commands.find((one) => one.name() === kind) as Command;
  for (const one of [bulk, command]) one.configureOutput({ writeErr: () => undefined });
  command.action(() => undefined);
  program.parse(['bulk', kind, '--accounts', 'tag:crew', ...words], { from: 'user' });
  return readParams(kindOptions(kindOf(kind)), command.opts());
}

/** The words that say these params: whole objects as JSON, or field by field. */
function wordsOf(options: readonly ParamOption[], params: object, fields: boolean, path: string[] = []): string[] {
  return Object.entries(params).flatMap(([key, value]) => {
    const here = [...path, key];
    const found = options.find((one) => one.path.join('.') === here.join('.'));
    if (!found) throw new Error(`No option says ${here.join('.')}.`);
    const flag = found.option.long!;
    if (found.form === 'switch') return value ? [flag] : [];
    if (found.form === 'range') return [flag, (value as number[]).join('..')];
    if (found.form === 'json') {
      return fields ? wordsOf(options, value as object, fields, here) : [flag, JSON.stringify(value)];
    }
    return Array.isArray(value) ? [flag, ...value.map(String)] : [flag, String(value)];
  });
}

const EXAMPLES = kindList.flatMap(({ name, examples }) =>
  examples.map(({ title, params }) => [name, title, params as Record<string, unknown>] as const),
);

describe('the options of a kind', () => {
  it.each(EXAMPLES)('say the example of %s: %s', (name, _title, params) => {
    const options = kindOptions(kindOf(name));
    for (const fields of [true, false]) {
      const read = parse(name, wordsOf(options, params, fields));
      expect(read).toEqual(params);
      expect(kindOf(name).params.safeParse(read).success).toBe(true);
    }
  });

  it.each(kindList.map(({ name }) => [name]))('of %s name every value of its schema', (name) => {
    const schema = z.toJSONSchema(kindOf(name).params, { io: 'input' }) as { properties?: object };
    const named = kindOptions(kindOf(name)).filter(({ path }) => path.length === 1);
    expect(named.map(({ path }) => path[0])).toEqual(Object.keys(schema.properties ?? {}));
    for (const { option } of named) expect(option.description).not.toBe('');
  });

  it('repeat for lists, in the singular and in the plural', () => {
    expect(parse('upload', ['--caption', 'one', 'two', '--caption', 'three']).captions).toEqual([
      ...['one', 'two', 'three'],
    ]);
    expect(parse('upload', ['--captions', 'one', '--mention', 'ada']).captions).toEqual(['one']);
  });

  it('take texts that look like options', () => {
    expect(parse('upload', ['--caption', '-5 degrees']).captions).toEqual(['-5 degrees']);
  });

  it('take one number or two for a range, and refuse what is no number', () => {
    expect(parse('upload', ['--variants.speed', '0.9..1.1', '--variants.brightness', '-0.1'])).toEqual({
      variants: { speed: [0.9, 1.1], brightness: [-0.1, -0.1] },
    });
    expect(() => parse('upload', ['--variants.speed', 'fast'])).toThrow('--variants.speed takes a number, not "fast"');
    expect(() => parse('warmup', ['--days', 'x'])).toThrow('--days takes a number');
  });

  it('refuse a choice that the schema does not have', () => {
    expect(() => parse('upload', ['--assign', 'all-of-them'])).toThrow('Allowed choices are');
    expect(() => parse('avatar', ['--assign', 'all'])).toThrow('Allowed choices are');
  });

  it('tell what a value is without the option, and within what bounds', () => {
    const { option } = kindOptions(kindOf('upload')).find(({ path }) => path[0] === 'perAccount')!;
    expect(option.description).toBe('Videos an account (1 to 20; default: 1)');
  });

  describe('with an object', () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'flotilla-cli-'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it('take it from a file, and single fields beside it go first', () => {
      const file = join(folder, 'recipe.json');
      writeFileSync(file, JSON.stringify({ aspect: '1:1', text: { template: 'a', opacity: 0.5 } }));
      const words = ['--variants.text.template', 'b', '--variants', `@${file}`];
      expect(parse('upload', words)).toEqual({ variants: { aspect: '1:1', text: { template: 'b', opacity: 0.5 } } });
    });

    it('say so when it is no JSON', () => {
      expect(() => parse('upload', ['--variants', '{aspect}'])).toThrow('--variants takes JSON');
    });
  });
});

it('a switch that is on by itself is turned off by its name with no', () => {
  const schema = z.object({ loud: z.boolean().default(true), fast: z.boolean().default(false) });
  const [loud, fast] = paramOptions(schema, 'Test:');
  expect([loud?.option.long, fast?.option.long]).toEqual(['--no-loud', '--fast']);
  expect(readParams([loud!, fast!], { loud: true })).toEqual({});
  expect(readParams([loud!, fast!], { loud: false, fast: true })).toEqual({ loud: false, fast: true });
});

it('errors name the option that the value came from', () => {
  const options = kindOptions(kindOf('upload'));
  const { error } = kindOf('upload').params.safeParse({ captions: ['ok', 'x'.repeat(6_000)], perAccount: 40 });
  expect(paramErrors(options, error!).map(({ path }) => path)).toEqual(['--media', '--per-account', '--caption']);
  expect(paramErrors(options, error!)[0]).toEqual({ path: '--media', message: 'Is needed' });
});

it('files are replaced by the ids of what was uploaded, each once, wherever they are named', async () => {
  const ids: Record<string, string> = { 'a.mp4': 'id-a', 'copy-of-a.mp4': 'id-a', 'logo.png': 'id-l' };
  const params = { mediaIds: ['a.mp4', 'copy-of-a.mp4', 'id-b'], variants: { logo: { mediaId: 'logo.png' } } };
  const resolved = await resolveMedia(kindOptions(kindOf('upload')), params, async (given) =>
    given.map((text) => ids[text] ?? text),
  );
  expect(resolved).toEqual({ mediaIds: ['id-a', 'id-b'], variants: { logo: { mediaId: 'id-l' } } });
  expect(params.mediaIds).toHaveLength(3);
});

it('what cannot be read is a matter of usage', () => {
  let code: number | undefined;
  try {
    parse('warmup', ['--days', 'x']);
  } catch (error) {
    code = (error as CliError).exitCode;
  }
  expect(code).toBe(2);
});
