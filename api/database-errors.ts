import { errorCode } from './error-code.ts';

/** Whether a write failed because such a row is there already. */
export const isDuplicate = (error: unknown): boolean => errorCode(error) === 'P2002';
/** Whether a write failed because of a reference to or from another row. */
export const isReferenced = (error: unknown): boolean => errorCode(error) === 'P2003';
/** Whether the row to change was not there. */
export const isMissing = (error: unknown): boolean => errorCode(error) === 'P2025';
