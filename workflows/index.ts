import { kinds } from '../kinds/index.ts';
import { accountWorkflow } from './account.ts';
import { bulkWorkflow } from './bulk.ts';

/** Two exports a kind, so that Temporal Web shows what runs by name. A test fails when one is missing. */
export const bulkUpload = bulkWorkflow(kinds.upload);
export const accountUpload = accountWorkflow(kinds.upload);
