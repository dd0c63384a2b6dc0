import { chosen } from '../chosen.mjs';

const PATHS = ['api/webhooks/webhooks.test.ts', 'cli/params.test.ts', 'tests/e2e/cli.test.ts', 'web/src/words.test.ts'];
const choose = (...patterns: string[]) =>
  chosen(PATHS, patterns, (path) => ['web', 'web/src', PATHS[1]].includes(path));

describe('a pattern behind npm test', () => {
  it('chooses what lies in a folder of the project, and nothing that is merely called alike', () => {
    for (const pattern of ['web', './web', 'web/', 'web/src']) expect(choose(pattern)).toEqual([PATHS[3]]);
    expect(choose('cli/params.test.ts')).toEqual([PATHS[1]]);
  });

  it('is looked for in paths from the root where the project has no such place', () => {
    expect(choose('webh')).toEqual([PATHS[0]]);
    expect(choose('CLI')).toEqual([PATHS[1], PATHS[2]]);
    expect(choose('e2e/.*test', 'words')).toEqual([PATHS[2], PATHS[3]]);
    expect(choose('home')).toEqual([]);
  });

  it('is not needed: without one, and for the root itself, everything is chosen', () => {
    for (const patterns of [[], ['.'], ['./']]) expect(choose(...patterns)).toEqual(PATHS);
  });
});
