import { t } from '../i18n/index.ts';

export interface FieldError {
  path: string;
  message: string;
}

/** An answer that is no success, or none at all (`status` 0). The message is for people to read. */
export class ApiError extends Error {
  readonly status: number;
  readonly errors: FieldError[];

  constructor(status: number, detail: string, errors: FieldError[] = []) {
    super(detail);
    this.status = status;
    this.errors = errors;
  }
}

/** An answer that is no success, in the reader's language. */
export const toApiError = (status: number, body: unknown): Promise<ApiError> =>
  import('../ui/server-words.tsx').then(
    ({ readProblem }) => new ApiError(...readProblem(status, body)),
    // The answer came, and then the network went.
    () => new ApiError(status, t('error.status', { status })),
  );

export const unreachable = (): ApiError => new ApiError(0, t('offline.unreachable'));

/** A sentence for any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : t('error.unknown');
}
