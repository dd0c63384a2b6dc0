import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

/** Programs that the set-up found or installed, see setup.mjs. */
export const TOOLS_FOLDER = join(ROOT, 'tools');
