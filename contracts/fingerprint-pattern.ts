/** How the fingerprint of a cause looks; apart from its making, which needs Node and so is closed to workflows. */
export const fingerprintPattern = /^[0-9a-f]{16}$/;

/** What stands in the title of a cause for what differs from error to error. */
export const PLACEHOLDERS = ['<url>', '<name>', '<id>', '<address>', '<time>', '<path>', '<n>'] as const;
