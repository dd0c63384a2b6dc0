import { ERROR_POLICIES, type ErrorType } from '../../../contracts/errors.ts';
import { told } from './told.ts';

/** What a type of error means and what to do about it. */
export const policyWords = (type: ErrorType): string =>
  told(ERROR_POLICIES[type].sentence, [{ code: `error.${type}`, params: {} }]);
