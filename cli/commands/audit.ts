import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import {
  type AuditVerdict,
  auditVerdictSchema,
  type NotedRow,
  notedRowOf,
  verifyAuditOf,
} from '../../api/audit/verify.ts';
import { loadKeys } from '../../api/keys.ts';
import { type Env, readEnv } from '../../config/env.ts';
import { createApiClient } from '../../stack/api-client.ts';
import { withDatabase } from '../../stack/with-database.ts';

interface VerifyOptions {
  throughApi?: true;
  expect?: NotedRow;
  json?: true;
}

function readNoted(text: string): NotedRow {
  const noted = notedRowOf(text);
  if (!noted) throw new InvalidArgumentError('Must be <id>:<hash>, as an earlier verification printed it.');
  return noted;
}

/** Through the API: for who has no way to the database, with the admin token of the environment or of the data folder. */
async function askApi(env: Env, noted: NotedRow | undefined): Promise<AuditVerdict> {
  const { adminToken } = await loadKeys(env);
  const query = noted ? `?expect=${noted.id}:${noted.hash}` : '';
  return await createApiClient(env.apiUrl, adminToken).get(`/api/audit/verify${query}`, auditVerdictSchema);
}

function describe({ ok, checked, firstBadId, reason, headId, headHash }: AuditVerdict): string {
  if (!ok) return `The audit log is NOT whole, at row ${firstBadId}: ${reason} ${checked} rows were checked.`;
  if (!headId) return 'The audit log is empty.';
  return [
    `The audit log is whole: ${checked} rows were checked.`,
    `Keep this elsewhere to prove it later: --expect ${headId}:${headHash}`,
  ].join('\n');
}

/** `flotilla audit`: who changed what, and whether that record is whole. */
export function register(program: Command): void {
  program
    .command('audit')
    .description('the log of who changed what')
    .command('verify')
    .description('check that no row of the audit log was changed, removed, added or moved')
    .option('--through-api', 'ask the API instead of reading the database')
    .option('--expect <id:hash>', 'a row noted at an earlier verification that must still be there', readNoted)
    .option('--json', 'print JSON')
    .action(async ({ throughApi, expect, ...own }: VerifyOptions, command: Command) => {
      // The same option stands before the command too, for all of them.
      const json = own.json ?? command.optsWithGlobals<{ json?: true }>().json;
      const env = readEnv();
      const verdict = throughApi
        ? await askApi(env, expect)
        : await withDatabase(env, (databaseUrl) => verifyAuditOf(databaseUrl, expect));
      console.log(json ? JSON.stringify(verdict) : describe(verdict));
      if (!verdict.ok) process.exitCode = 1;
    });
}
