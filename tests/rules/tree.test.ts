import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { plant, uproot } from './planted-tree.ts';

const CHECK = join(__dirname, '..', '..', 'stack', 'check.mjs');

/** Asks the check, which is an ES module and runs as it does in the project: in a Node of its own. */
async function ask<Answer>(call: string): Promise<Answer> {
  const code = `import * as check from ${JSON.stringify(CHECK)}; console.log(JSON.stringify(check.${call}));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code]);
  return JSON.parse(stdout) as Answer;
}

const lines = (count: number) => "export const a = '';\n".repeat(count);

describe('the rules about files', () => {
  let folder: string;
  const inFolder = (call: string, files: string[], ...more: unknown[]) =>
    `${call}(${[folder, files, ...more].map((value) => JSON.stringify(value)).join(', ')})`;

  beforeAll(async () => {
    folder = await plant({
      'fits.ts': lines(300),
      'long.tsx': lines(301),
      'too-long.ts': lines(501),
      'home.md': ['It', 'lies', 'in', `/${'home'}/ada/flotilla`].join(' '),
      'root.json': `{"path": "/${'root'}/flotilla"}`,
      'lock.json': `{"resolved": "https://${'registry.'}npmjs.org/zod"}`,
      'own-registry.json': '{"resolved": "https://packages.example.test/zod"}',
      'sound.md': 'Data lies in ./data, in a container in /data; see https://docs.temporal.io/cli.',
    });
  });
  afterAll(() => uproot(folder));

  it('let a file be 300 lines long, mention a longer one, and refuse one above 500', async () => {
    const found = await ask(inFolder('longFiles', ['fits.ts', 'long.tsx', 'too-long.ts']));
    expect(found).toEqual({
      faults: [expect.stringContaining('too-long.ts has 501 lines')],
      warnings: [expect.stringContaining('long.tsx has 301 lines')],
    });
  });

  it('refuse paths of one machine and addresses of registries, wherever they stand', async () => {
    const files = ['home.md', 'root.json', 'lock.json', 'own-registry.json', 'sound.md'];
    const found = await ask<string[]>(inFolder('machineTraces', files, ['packages.example.test']));
    expect(found).toEqual([
      'home.md:1 holds a path of one machine.',
      'root.json:1 holds a path of one machine.',
      'lock.json:1 holds the address of a package registry.',
      'own-registry.json:1 holds the address of a package registry.',
    ]);
  });
});
