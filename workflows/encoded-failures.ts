import { DefaultFailureConverter } from '@temporalio/common';

/**
 * Puts the message and the stack trace of a failure into a payload, which the codec then encrypts. Loaded by its path,
 * into the workflow code and into workers, where payloads are encrypted.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
