import type { Command } from 'commander';
import { findAddress } from './address.ts';
import { type ApiClient, createApiClient } from './client.ts';
import { createOutput, type Output } from './output.ts';

export interface GlobalOptions {
  api?: string;
  token?: string;
  json?: boolean;
}

export interface Context extends ApiClient {
  out: Output;
}

/** What a command works with: the API's client and a way to say things. @throws CliError when no token is found */
export function contextOf(command: Command): Context {
  const options = command.optsWithGlobals<GlobalOptions>();
  return { ...createApiClient(findAddress(options)), out: createOutput({ json: options.json === true }) };
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** The fields that are set: a query or body names nothing that was not given. */
export function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
