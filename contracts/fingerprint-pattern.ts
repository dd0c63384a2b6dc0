/** How the fingerprint of a cause looks; apart from its making, which needs Node and so is closed to workflows. */
export const fingerprintPattern = /^[0-9a-f]{16}$/;
