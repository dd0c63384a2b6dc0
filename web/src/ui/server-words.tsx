import { Text } from '@mantine/core';
import type { Said } from '../../../contracts/said.ts';
import type { ApiError, FieldError } from '../api/problem.ts';
import { t } from '../i18n/index.ts';
import { told, toldOf } from '../i18n/told.ts';

/** What shows the server's own words and is no part of the first load: it is read when there are some. */

/** Why a task stands as it does. */
export default function TaskReason({
  task,
}: {
  task: { stateReason: string | null; said?: { [field: string]: Said[] } };
}) {
  return (
    <Text size="xs" mt={6} lineClamp={2}>
      {toldOf(task, 'stateReason')}
    </Text>
  );
}

interface Sentence {
  code?: string;
  params?: Said['params'];
}

const inWords = (text: string, { code, params = {} }: Sentence): string =>
  code ? told(text, [{ code, params }]) : text;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** An `application/problem+json` body in the reader's language; anything else becomes a sentence about its status. */
export function readProblem(status: number, body: unknown): ConstructorParameters<typeof ApiError> {
  if (!isRecord(body) || typeof body.detail !== 'string') return [status, t('error.status', { status })];
  const given = Array.isArray(body.errors) ? (body.errors as (FieldError & Sentence)[]) : [];
  const errors = given.map((error) => ({ ...error, message: inWords(error.message, error) }));
  return [status, inWords(body.detail, body as Sentence), errors];
}
