/** What the program's exit code says; docs/cli.md explains them. */
export const EXIT = {
  ok: 0,
  error: 1,
  usage: 2,
  /** A run that was watched ended with failures, or was cancelled. */
  failures: 3,
  unreachable: 4,
  /** No token, one that is refused, or one without the right. */
  refused: 5,
  /** Ctrl-C, as shells have it. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface FieldError {
  path: string;
  message: string;
}

/** Ends the program with a sentence for people and an exit code for scripts. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;
  /** Of an answer of the API. */
  readonly status: number | undefined;
  readonly errors: readonly FieldError[];
  readonly requestId: string | undefined;

  constructor(
    message: string,
    exitCode: ExitCode = EXIT.error,
    more: { status?: number; errors?: readonly FieldError[]; requestId?: string } = {},
  ) {
    super(message);
    this.exitCode = exitCode;
    this.status = more.status;
    this.errors = more.errors ?? [];
    this.requestId = more.requestId;
  }
}

export const usage = (message: string, errors: readonly FieldError[] = []): CliError =>
  new CliError(message, EXIT.usage, { errors });
