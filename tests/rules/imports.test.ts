import { packageFiles, plant, RULES, uproot, type Violation, violationsIn } from './planted-tree.ts';

const PACKAGES = ['zod', 'pg', '@prisma/client', 'fluent-ffmpeg', '@temporalio/workflow', '@temporalio/client'];
/** Only another package needs it. */
const UNDECLARED = '@opentelemetry/core';

/** What the rooms may well do; nothing of it may be reported. */
const SOUND: Record<string, string> = {
  'contracts/states.ts': "import { z } from 'zod';\nexport const states = z;\n",
  'kinds/index.ts':
    "import { z } from 'zod';\nimport { states } from '../contracts/states.ts';\nexport const k = [z, states];\n",
  'activities/ledger.ts':
    "import pg from 'pg';\nimport { states } from '../contracts/states.ts';\nexport const l = [pg, states];\n",
  'activities/media/ffmpeg.ts': "import ffmpeg from 'fluent-ffmpeg';\nexport const f = ffmpeg;\n",
  'activities/platforms/driver.ts': 'export const driver = 1;\n',
  'activities/platforms/one/driver.ts': "import { driver } from '../driver.ts';\nexport const one = driver;\n",
  'activities/platforms/two/driver.ts': "import { driver } from '../driver.ts';\nexport const two = driver;\n",
  'workflows/index.ts':
    "import { proxyActivities } from '@temporalio/workflow';\nimport { k } from '../kinds/index.ts';\nimport type { l } from '../activities/ledger.ts';\nexport const w: [unknown, unknown, typeof l | undefined] = [proxyActivities, k, undefined];\n",
  'prisma/client.ts': "import { PrismaClient } from '@prisma/client';\nexport const client = PrismaClient;\n",
  'api/app.ts': "import { client } from '../prisma/client.ts';\nexport const a = client;\n",
  'api/trace-requests.ts': 'export const t = 1;\n',
  'api/tracing.ts': "export const t = async () => import('./trace-requests.ts');\n",
  'sandbox/site.ts': "import { z } from 'zod';\nexport const s = z;\n",
  'web/src/main.tsx': "import { k } from '../../kinds/index.ts';\nexport const m = k;\n",
  'config/env.ts': 'export const e = 1;\n',
  'config/logger.ts': 'export const l = 1;\n',
  'cli/main.ts':
    "import { e } from '../config/env.ts';\nimport { k } from '../kinds/index.ts';\nimport { states } from '../contracts/states.ts';\nexport const c = [e, k, states];\n",
  'cli/commands/backup.ts': "import { a } from '../../api/app.ts';\nexport const b = a;\n",
  'kinds/index.test.ts': "import { readFile } from 'node:fs';\nexport const t = readFile;\n",
};

/** One bad import for each rule and each side of it: the file that holds it, what it imports, the rule that must see it. */
const PLANTED: [file: string, imports: string, rule: string][] = [
  ['kinds/reads-a-file.ts', 'node:fs', 'kinds-are-pure'],
  ['kinds/calls-an-activity.ts', '../activities/ledger.ts', 'kinds-are-pure'],
  ['workflows/asks-the-server.ts', '@temporalio/client', 'workflows-are-deterministic'],
  ['workflows/reads-a-file.ts', 'node:fs', 'workflows-are-deterministic'],
  ['workflows/calls-an-activity.ts', '../activities/ledger.ts', 'workflows-know-activities-by-type'],
  ['activities/knows-a-kind.ts', '../kinds/index.ts', 'activities-know-no-kind'],
  ['activities/knows-a-workflow.ts', '../workflows/index.ts', 'activities-know-no-kind'],
  ['activities/media/asks-the-database.ts', 'pg', 'hosts-know-no-database'],
  ['activities/platforms/asks-the-database.ts', '@prisma/client', 'hosts-know-no-database'],
  ['activities/platforms/renders.ts', '../media/ffmpeg.ts', 'platforms-know-no-media'],
  ['activities/media/publishes.ts', '../platforms/driver.ts', 'media-knows-no-platform'],
  ['activities/platforms/one/knows-two.ts', '../two/driver.ts', 'platforms-stand-alone'],
  ['activities/uses-prisma.ts', '../prisma/client.ts', 'prisma-behind-the-api'],
  ['web/src/calls-the-api.tsx', '../../api/app.ts', 'web-talks-http'],
  ['cli/calls-the-api.ts', '../api/app.ts', 'cli-talks-http'],
  ['cli/commands/reads-the-log.ts', '../../config/logger.ts', 'cli-talks-http'],
  ['api/uses-the-cli.ts', '../cli/main.ts', 'nobody-imports-the-cli'],
  ['sandbox/knows-us.ts', '../contracts/states.ts', 'sandbox-stands-alone'],
  ['contracts/knows-a-kind.ts', '../kinds/index.ts', 'contracts-rest-on-nothing'],
  ['activities/media/second-ffmpeg.ts', 'fluent-ffmpeg', 'ffmpeg-behind-one-module'],
  ['config/needs-what-another-one-needs.ts', UNDECLARED, 'packages-are-declared'],
  ['api/loads-traces.ts', './trace-requests.ts', 'traces-are-loaded-on-demand'],
];

const ROOMS = ['activities', 'api', 'cli', 'config', 'contracts', 'kinds', 'prisma', 'sandbox', 'web', 'workflows'];
const stubs: Record<string, string> = {
  ...Object.assign({}, ...[...PACKAGES, UNDECLARED].map(packageFiles)),
  'package.json': JSON.stringify({ dependencies: Object.fromEntries(PACKAGES.map((name) => [name, '1.0.0'])) }),
};
const bad = Object.fromEntries(
  PLANTED.map(([file, from]) => [file, `import * as x from '${from}';\nexport const y = x;\n`]),
);

describe('the import rules', () => {
  const folders: string[] = [];
  const treeOf = async (files: Record<string, string>) => {
    const folder = await plant({ ...stubs, ...files });
    folders.push(folder);
    return folder;
  };
  afterAll(() => Promise.all(folders.map(uproot)));

  it('have nothing to say about a tree that keeps to them', async () => {
    expect(await violationsIn(await treeOf(SOUND), ROOMS)).toEqual([]);
  });

  describe('with a bad import in a file', () => {
    let found: Violation[];
    beforeAll(async () => {
      found = await violationsIn(await treeOf({ ...SOUND, ...bad }), ROOMS);
    });

    it.each(PLANTED)('%s, which imports %s, is reported by %s', (file, _imports, rule) => {
      expect(found.filter((violation) => violation.from === file).map((violation) => violation.rule)).toContain(rule);
    });

    it('say nothing of the files beside them', () => {
      const planted = new Set(PLANTED.map(([file]) => file));
      expect(found.filter((violation) => !planted.has(violation.from))).toEqual([]);
    });
  });

  it('are all held by one planted import or more', () => {
    const { forbidden } = jest.requireActual<{ forbidden: { name: string }[] }>(RULES);
    const proven = new Set(PLANTED.map(([, , rule]) => rule));
    expect(forbidden.map((rule) => rule.name).filter((name) => !proven.has(name))).toEqual([]);
  });
});
