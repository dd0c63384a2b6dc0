/** How long a claim holds an account without being renewed, milliseconds. Hosts renew the leases of open sessions. */
export const ACCOUNT_LEASE_TTL_MS = 15 * 60_000;
