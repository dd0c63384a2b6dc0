import { kinds } from '../kinds/index.ts';
import { accountWorkflow } from './account.ts';
import { bulkWorkflow } from './bulk.ts';

export { retention } from './retention.ts';
export { scheduledBulkTask } from './scheduled.ts';

/** Two exports a kind, so that Temporal Web shows what runs by name. A test fails when one is missing. */
export const bulkUpload = bulkWorkflow(kinds.upload);
export const accountUpload = accountWorkflow(kinds.upload);
export const bulkLogin = bulkWorkflow(kinds.login);
export const accountLogin = accountWorkflow(kinds.login);
export const bulkWarmup = bulkWorkflow(kinds.warmup);
export const accountWarmup = accountWorkflow(kinds.warmup);
export const bulkAvatar = bulkWorkflow(kinds.avatar);
export const accountAvatar = accountWorkflow(kinds.avatar);
export const bulkBio = bulkWorkflow(kinds.bio);
export const accountBio = accountWorkflow(kinds.bio);
export const bulkFollow = bulkWorkflow(kinds.follow);
export const accountFollow = accountWorkflow(kinds.follow);
export const bulkCookieRobot = bulkWorkflow(kinds['cookie-robot']);
export const accountCookieRobot = accountWorkflow(kinds['cookie-robot']);
export const bulkBooster = bulkWorkflow(kinds.booster);
export const accountBooster = accountWorkflow(kinds.booster);
export const bulkMediaUniq = bulkWorkflow(kinds['media-uniq']);
export const accountMediaUniq = accountWorkflow(kinds['media-uniq']);
export const bulkProxyDiag = bulkWorkflow(kinds['proxy-diag']);
export const accountProxyDiag = accountWorkflow(kinds['proxy-diag']);
