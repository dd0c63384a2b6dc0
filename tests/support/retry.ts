/**
 * Where many processes share two processors, a test may lose a race that says nothing of the code. The shared run tries
 * it once more and prints what went wrong the first time; a developer's own run does not, and shows every fault at once.
 */
if (process.env.CI) jest.retryTimes(1, { logErrorsBeforeRetry: true });
