import { CommanderError } from 'commander';
import { CliError, EXIT } from './failure.ts';
import { clean } from './output.ts';
import { createProgram } from './program.ts';

/** What went wrong, on stderr: in words, or as JSON where JSON was asked for. */
function explain(error: CliError, json: boolean): void {
  const { message, status, errors, requestId } = error;
  if (json) {
    process.stderr.write(`${JSON.stringify({ error: { message, status, errors, requestId } })}\n`);
    return;
  }
  process.stderr.write(`${clean(message)}\n`);
  for (const field of errors) process.stderr.write(`  ${clean(field.path)}: ${clean(field.message)}\n`);
  if (requestId && (status ?? 0) >= 500) process.stderr.write(`  request ${requestId}\n`);
}

/** @returns the exit code of what was thrown, after it was explained */
function codeOf(error: unknown, json: boolean): number {
  // Commander has said what was wrong; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof CliError) {
    explain(error, json);
    return error.exitCode;
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return EXIT.error;
}

// `flotilla … | head` closes the pipe when it has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
});

const program = createProgram();
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = codeOf(error, program.opts<{ json?: boolean }>().json === true);
}
