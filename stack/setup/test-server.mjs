import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, npm, ROOT, readText, SetupError, say } from './common.mjs';

const FOLDER = join(ROOT, 'tests', 'contract', 'atproto-network');

/**
 * Installs the AT Protocol server that the tests speak to. It has a package file of its own, because it is large and
 * compiles a database binding, which nobody who only starts Flotilla should wait for.
 */
export async function ensureTestServer() {
  const modules = join(FOLDER, 'node_modules');
  const stampFile = join(modules, '.flotilla-lock');
  const stamp = hashOf([join(FOLDER, 'package-lock.json')]);
  if (existsSync(modules) && readText(stampFile) === stamp) return;
  say("Installing the tests' AT Protocol server; it compiles a part of it, which takes some minutes …");
  const options = ['--prefix', FOLDER, '--no-audit', '--no-fund'];
  await npm(['ci', ...options])
    .catch((error) => {
      if (!error.message.includes('EUSAGE')) throw error;
      return npm(['install', '--no-save', ...options]);
    })
    .catch((error) => {
      throw new SetupError(
        `The tests' AT Protocol server could not be installed; it needs a C++ compiler, make and Python 3.\n${error.message}`,
      );
    });
  writeFileSync(stampFile, stamp);
}
