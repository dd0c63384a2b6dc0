import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

/** The headless shell first: it has no window to draw, and makes a context in half the time; pages behave the same. */
const NAMES = [
  'chromium-headless-shell',
  'chrome-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'chrome',
];

const USUAL_PLACES: Partial<Record<NodeJS.Platform, string[]>> = {
  linux: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome-stable',
    '/opt/google/chrome/chrome',
    '/snap/bin/chromium',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
  ],
};

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Where Playwright would have put its own browser; it throws on systems that it publishes none for. */
function playwrightsOwn(): string[] {
  try {
    return [chromium.executablePath()];
  } catch {
    return [];
  }
}

/**
 * Finds a Chromium or Chrome: the given path (`CHROMIUM_PATH`), then `PATH`, the usual places, Playwright's download.
 * @returns its absolute path, or null when this machine has none
 * @throws Error when a path was given and is no executable file: a wrong setting is not silently replaced
 */
export function findChromium(
  givenPath: string | undefined = process.env.CHROMIUM_PATH || undefined,
  searchPath: string = process.env.PATH ?? '',
): string | null {
  if (givenPath !== undefined) {
    if (!isExecutable(givenPath)) throw new Error(`CHROMIUM_PATH is not usable: ${givenPath} is no executable file.`);
    return givenPath;
  }
  const extension = process.platform === 'win32' ? '.exe' : '';
  const onPath = searchPath
    .split(delimiter)
    .filter(Boolean)
    .flatMap((folder) => NAMES.map((name) => join(folder, name + extension)));
  const candidates = [...onPath, ...(USUAL_PLACES[process.platform] ?? []), ...playwrightsOwn()];
  return candidates.find(isExecutable) ?? null;
}

/**
 * Playwright 1.65 switches these off itself, but Chromium obeys only the last `--disable-features` of a command line,
 * so a longer list has to repeat them.
 */
const SWITCHED_OFF_BY_PLAYWRIGHT = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'TcpPortRandomizationWin',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
];

/**
 * Parts of the browser's own window, not of any page: headless Chromium otherwise starts a renderer for the address
 * bar's pop-up with every context, which doubles the time and memory of one.
 */
const WINDOW_PARTS = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup'];

/** Chromium puts a socket into its temporary folder, and the name of a socket must not be longer than some 100 bytes. */
const LONGEST_TEMPORARY = 55;

/** Environment of a worker's Chromium. */
export function launchEnv(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const entries = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const own = Object.fromEntries(entries);
  return (own.TMPDIR ?? '').length > LONGEST_TEMPORARY ? { ...own, TMPDIR: '/tmp' } : own;
}

/** Command line of a worker's Chromium. The sandbox is given up only where Chromium refuses to run with it: as root. */
export function launchArgs(asRoot: boolean = process.getuid?.() === 0): string[] {
  return [
    ...(asRoot ? ['--no-sandbox'] : []),
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    `--disable-features=${[...SWITCHED_OFF_BY_PLAYWRIGHT, ...WINDOW_PARTS, 'SpareRendererForSitePerProcess'].join(',')}`,
  ];
}
