import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { RETENTION_SCHEDULE, RETENTION_WORKFLOW } from '../../contracts/retention.ts';
import { startTestStack } from '../../stack/testing.ts';

/** Records a run of the retention for replay.test.ts: `npx tsx tests/replay/record-retention.ts <version>`. */
const [version = ''] = process.argv.slice(2);
if (!/^v\d+$/.test(version)) throw new Error('Which version? For example v2.');

const FOLDER = fileURLToPath(new URL('./histories/', import.meta.url));
const stack = await startTestStack({
  parts: ['postgres', 'temporal', 'prepare', 'api', 'orchestrator'],
  env: { FLOTILLA_DEMO: '0' },
});
const connection = await Connection.connect({ address: stack.temporalAddress });
try {
  const client = new Client({ connection });
  const headers = { authorization: `Bearer ${stack.adminToken}` };
  const started = await fetch(`${stack.apiUrl}/api/system/retention/run`, { method: 'POST', headers });
  if (started.status !== 202) throw new Error(`The run was not started: ${started.status}.`);
  let lastRun: unknown = null;
  for (let i = 0; lastRun === null && i < 300; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const answer = await fetch(`${stack.apiUrl}/api/system/retention`, { headers });
    ({ lastRun } = (await answer.json()) as { lastRun: unknown });
  }
  if (lastRun === null) throw new Error('The run did not end.');
  const { info } = await client.schedule.getHandle(RETENTION_SCHEDULE).describe();
  const action = info.recentActions[0]?.action;
  if (action?.type !== 'startWorkflow') throw new Error('The schedule has started nothing.');
  const handle = client.workflow.getHandle(action.workflow.workflowId);
  await handle.result();
  const { History } = proto.temporal.api.history.v1;
  await mkdir(FOLDER, { recursive: true });
  const path = join(FOLDER, `${RETENTION_WORKFLOW}-plain-${version}.pb.gz`);
  await writeFile(path, gzipSync(History.encode(await handle.fetchHistory()).finish(), { level: 9 }));
  console.log(path, lastRun);
} finally {
  await connection.close();
  await stack.stop();
}
