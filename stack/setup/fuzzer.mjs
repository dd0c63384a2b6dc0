import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, isExecutable, onPath, ROOT, readText, run, SetupError, say, TOOLS } from './common.mjs';

const REQUIREMENTS = join(ROOT, 'tests', 'contract', 'fuzz', 'requirements.txt');
const ENVIRONMENT = join(TOOLS, 'fuzzer');

/** Installs the fuzzer that tests/contract/openapi-fuzz.test.ts runs into a Python environment of its own. */
export async function ensureFuzzer() {
  const stampFile = join(ENVIRONMENT, '.stamp');
  const stamp = hashOf([REQUIREMENTS]);
  const program = join(ENVIRONMENT, 'bin', 'schemathesis');
  if (isExecutable(program) && readText(stampFile) === stamp) return;
  const python = onPath('python3', 'python');
  if (!python) throw new SetupError("The tests' fuzzer needs Python 3.10 or newer with pip. Install Python 3.");
  say("Installing the tests' fuzzer with pip into tools/ …");
  try {
    await makeEnvironment(python);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    await run(join(ENVIRONMENT, 'bin', 'python'), [...pip, '--requirement', REQUIREMENTS]);
  } catch (error) {
    throw new SetupError(
      `The tests' fuzzer could not be installed; it needs Python 3.10 or newer with pip.\n${error.message}`,
    );
  }
  writeFileSync(stampFile, stamp);
}

/**
 * Debian's Python makes no complete environment without a further package: then the machine's own pip fills it.
 * @param {string} python
 */
async function makeEnvironment(python) {
  await run(python, ['-m', 'venv', '--clear', ENVIRONMENT]).catch(async () => {
    await run(python, ['-m', 'venv', '--clear', '--without-pip', ENVIRONMENT]);
    const inside = join(ENVIRONMENT, 'bin', 'python');
    await run(python, ['-m', 'pip', '--python', inside, 'install', '--quiet', '--disable-pip-version-check', 'pip']);
  });
}
