import type { Command } from 'commander';
import type { Env } from '../config/env.ts';
import { readCliEnv } from './address.ts';
import type { GlobalOptions } from './context.ts';
import { CliError } from './failure.ts';
import { createOutput, type Output } from './output.ts';

/** Errors whose message is the sentence that a user reads: cause and way out. */
const EXPLAINED = ['StackError', 'RotationError'];

/** Work on this machine's own installation, which needs no API. @throws CliError with the sentence of a refusal */
export async function onThisMachine(command: Command, work: (env: Env, out: Output) => Promise<void>): Promise<void> {
  const { json } = command.optsWithGlobals<GlobalOptions>();
  try {
    await work(readCliEnv(), createOutput({ json: json === true }));
  } catch (error) {
    throw error instanceof Error && EXPLAINED.includes(error.name) ? new CliError(error.message) : error;
  }
}
