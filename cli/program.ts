import { readFileSync } from 'node:fs';
import tab from '@bomb.sh/tab/commander';
import { Command } from 'commander';
import { commands } from './commands/index.ts';
import { WAYS_TO_END } from './ways-to-end.ts';

/** What the package calls itself. */
function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** The whole command line. It ends by an error, never by itself. */
export function createProgram(): Command {
  const program = new Command('flotilla')
    .description('Durable bulk operations over many social accounts that you own or are authorised to run')
    .version(version())
    .option('--api <url>', 'address of the API (FLOTILLA_API_URL, API_URL; else the one on this machine)')
    .option('--token <token>', "bearer token (FLOTILLA_TOKEN; else this installation's own); better in the environment")
    .option('--json', 'print JSON and nothing else on standard output')
    .showHelpAfterError('(--help says what there is)')
    .showSuggestionAfterError()
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .addHelpText('after', WAYS_TO_END)
    .exitOverride();
  for (const register of commands) register(program);
  // Reads the commands as they are by now.
  tab(program, { completionCommandName: 'completion' });
  return program;
}
