import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EnvError, readEnv } from '../config/env.ts';
import { CliError, EXIT, usage } from './failure.ts';

export interface Address {
  apiUrl: string;
  token: string;
  /** Where the token was taken from, for the sentence when it is refused. */
  tokenFrom: string;
}

interface Given {
  api?: string | undefined;
  token?: string | undefined;
}

type Variables = Record<string, string | undefined>;

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** The environment, with the project's own data folder wherever the program was called from. */
export function readCliEnv(source: Variables = process.env) {
  try {
    return readEnv({ ...source, FLOTILLA_DATA: source.FLOTILLA_DATA || join(ROOT, 'data') });
  } catch (error) {
    if (error instanceof EnvError) throw usage(error.message);
    throw error;
  }
}

function checkedUrl(text: string, from: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url.href.replace(/\/+$/, '');
  throw usage(`${from} must be an address such as http://127.0.0.1:3000, not "${text}".`);
}

function findApi(given: Given, source: Variables) {
  const env = readCliEnv(source);
  const explicit = given.api ?? env.FLOTILLA_API_URL;
  const from = given.api === undefined ? 'FLOTILLA_API_URL' : '--api';
  const apiUrl = explicit === undefined ? env.apiUrl : checkedUrl(explicit, from);
  return { env, apiUrl, dashboardUrl: explicit === undefined ? env.publicUrl : apiUrl };
}

/** Where people open the dashboard. */
export const findDashboard = (given: Given, source: Variables = process.env): string =>
  findApi(given, source).dashboardUrl;

/**
 * Where the API is and what to say to it: options first, then `FLOTILLA_API_URL`, `API_URL` and `FLOTILLA_TOKEN`, then
 * this installation's own address and key file. The installation's own token is only ever sent to this machine.
 * @throws CliError when no token can be found
 */
export function findAddress(given: Given, source: Variables = process.env): Address {
  const { env, apiUrl } = findApi(given, source);
  const isOwn = apiUrl === env.apiUrl || apiUrl === env.publicUrl || LOOPBACK.test(new URL(apiUrl).hostname);
  const found = (token: string, tokenFrom: string): Address => ({ apiUrl, token, tokenFrom });

  if (given.token) return found(given.token, '--token');
  if (env.FLOTILLA_TOKEN) return found(env.FLOTILLA_TOKEN, 'FLOTILLA_TOKEN');
  if (!isOwn) {
    throw new CliError(
      `No token for ${apiUrl}. Give one with --token or FLOTILLA_TOKEN; people make them in the settings.`,
      EXIT.refused,
    );
  }
  if (env.FLOTILLA_ADMIN_TOKEN) return found(env.FLOTILLA_ADMIN_TOKEN, 'FLOTILLA_ADMIN_TOKEN');
  const file = join(env.FLOTILLA_DATA, 'keys', 'admin-token');
  const token = readKeyFile(file);
  if (token) return found(token, file);
  throw new CliError(
    `No token: ${file} does not exist. Start Flotilla here first, or give --token or FLOTILLA_TOKEN.`,
    EXIT.refused,
  );
}

function readKeyFile(file: string): string {
  if (!existsSync(file)) return '';
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new CliError(`${file} cannot be read by this user. Give a token with FLOTILLA_TOKEN.`, EXIT.refused);
  }
}
