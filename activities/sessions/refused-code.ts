import { TaskError } from '../../contracts/errors.ts';
import { say } from '../../contracts/said.ts';

/**
 * What a person reads when the platform asks again after it was given their code. Another sort of challenge is a new
 * one, and any other error speaks for itself.
 * @param asked what the platform asked for before
 */
export function afterCode(asked: TaskError, error: unknown): unknown {
  if (!(error instanceof TaskError) || error.type !== 'ChallengeRequired') return error;
  if (error.details.challenge !== asked.details.challenge) return error;
  return new TaskError(error.type, say('platform.refused-code', { why: error.message }), error.details);
}
