import { t } from '../i18n/index.ts';

export interface FieldError {
  path: string;
  message: string;
}

/** An answer that is no success, or none at all (`status` 0). The message is for people to read. */
export class ApiError extends Error {
  readonly status: number;
  readonly title: string;
  readonly errors: FieldError[];
  readonly requestId: string | undefined;

  constructor(status: number, title: string, detail: string, errors: FieldError[] = [], requestId?: string) {
    super(detail);
    this.name = 'ApiError';
    this.status = status;
    this.title = title;
    this.errors = errors;
    this.requestId = requestId;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Reads an `application/problem+json` body; anything else becomes a sentence about its status. */
export function toApiError(status: number, body: unknown): ApiError {
  if (isRecord(body) && typeof body.detail === 'string') {
    const errors = Array.isArray(body.errors) ? (body.errors as FieldError[]) : [];
    const requestId = typeof body.requestId === 'string' ? body.requestId : undefined;
    return new ApiError(status, String(body.title ?? 'Error'), body.detail, errors, requestId);
  }
  return new ApiError(status, 'Error', t('error.status', { status }));
}

export const unreachable = (): ApiError => new ApiError(0, t('offline.title'), t('offline.unreachable'));

/** A sentence for any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : t('error.unknown');
}
