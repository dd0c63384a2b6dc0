import type { Said } from '../../../contracts/said.ts';
import { currentLanguage, loadTexts, t } from '../i18n/index.ts';

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

interface Sentence {
  code?: string;
  params?: Said['params'];
}

/** Words in the reader's language, where the server names the sentence; they are read when the first request fails. */
async function reader(): Promise<(text: string, by: Sentence) => string> {
  if (currentLanguage() === 'en') return (text) => text;
  const [{ told }] = await Promise.all([
    import('../i18n/told.ts'),
    loadTexts(['refusals', 'reasons', 'findings']).catch(() => undefined),
  ]);
  return (text, { code, params = {} }) => (code ? told(text, [{ code, params }]) : text);
}

/** Reads an `application/problem+json` body; anything else becomes a sentence about its status. */
export async function toApiError(status: number, body: unknown): Promise<ApiError> {
  if (isRecord(body) && typeof body.detail === 'string') {
    const inWords = await reader();
    const given = Array.isArray(body.errors) ? (body.errors as (FieldError & Sentence)[]) : [];
    const errors = given.map((error) => ({ ...error, message: inWords(error.message, error) }));
    const detail = inWords(body.detail, body as Sentence);
    const requestId = typeof body.requestId === 'string' ? body.requestId : undefined;
    return new ApiError(status, String(body.title ?? 'Error'), detail, errors, requestId);
  }
  return new ApiError(status, 'Error', t('error.status', { status }));
}

export const unreachable = (): ApiError => new ApiError(0, t('offline.title'), t('offline.unreachable'));

/** A sentence for any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : t('error.unknown');
}
