import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { createLogger } from '../../config/logger.ts';
import { accountWorkflowType, bulkWorkflowType, kindList } from '../../kinds/index.ts';
import { workflowBundle } from '../../workers/bundle.ts';
import { NO_SPANS } from '../../workers/orchestrator.ts';
import { dataConverterOf, ENCODED_FAILURES } from '../../workers/payloads.ts';

/**
 * Stored histories of real runs, replayed against today's workflow code: a change that would break a running workflow
 * fails here. They are recorded by `record.ts` and never rewritten; a guarded change adds new ones.
 */
const FOLDER = fileURLToPath(new URL('./histories/', import.meta.url));

type StoredHistory = ReturnType<typeof proto.temporal.api.history.v1.History.decode>;

const bytesOf = async (file: string): Promise<Buffer> => gunzipSync(await readFile(join(FOLDER, file)));

async function readHistory(file: string): Promise<StoredHistory> {
  return proto.temporal.api.history.v1.History.decode(await bytesOf(file));
}

const bundle = (more: { failureConverterPath?: string } = {}) =>
  workflowBundle({ cacheFolder: join(tmpdir(), 'flotilla-test-cache'), log: createLogger('test', 'silent'), ...more });

describe('stored histories', () => {
  it('are there for every kind, parent and account', async () => {
    const files = await readdir(FOLDER);
    for (const { name } of kindList) {
      expect(files.filter((file) => file.startsWith(`${bulkWorkflowType(name)}-`)).length).toBeGreaterThan(1);
      expect(files.filter((file) => file.startsWith(`${accountWorkflowType(name)}-`)).length).toBeGreaterThan(3);
    }
  });

  it('are all replayed by the workflow code as it is', async () => {
    const workflows = await bundle();
    for (const file of await readdir(FOLDER)) {
      await Worker.runReplayHistory(
        { workflowBundle: workflows, sinks: NO_SPANS },
        await readHistory(file),
        file,
      ).catch((error: unknown) => {
        throw new Error(`${file} is not replayed any more: ${String(error)}`);
      });
    }
  }, 300_000);

  it('are there of runs that belong to a trace', async () => {
    for (const type of ['bulkUpload', 'accountUpload']) {
      const [begun] = (await readHistory(`${type}-traced-v1.pb.gz`)).events;
      const header = begun?.workflowExecutionStartedEventAttributes?.header?.fields;
      expect(Object.keys(header ?? {})).toEqual(['_tracer-data']);
    }
  });

  it('are replayed too once payloads are encrypted: what ran before goes on', async () => {
    const keys = { current: randomBytes(32), older: [] };
    const dataConverter = dataConverterOf({ encrypt: true, get: () => keys, refresh: async () => keys });
    const workflows = await bundle({ failureConverterPath: ENCODED_FAILURES });
    for (const file of await readdir(FOLDER)) {
      const options = { workflowBundle: workflows, dataConverter, sinks: NO_SPANS };
      await Worker.runReplayHistory(options, await readHistory(file), file).catch((error: unknown) => {
        throw new Error(`${file} is not replayed with encryption: ${String(error)}`);
      });
    }
  }, 300_000);

  it('would not be replayed by code that does something else', async () => {
    const files = await readdir(FOLDER);
    const file = files.find((name) => name.startsWith('bulkUpload-'));
    const history = await readHistory(file!);
    for (const event of history.events) {
      const attributes = event.startChildWorkflowExecutionInitiatedEventAttributes as
        | { workflowId: string }
        | undefined;
      if (attributes) attributes.workflowId = `${attributes.workflowId}-of-other-code`;
    }
    await expect(Worker.runReplayHistory({ workflowBundle: await bundle() }, history, 'changed')).rejects.toThrow();
  }, 60_000);

  it('hold no secret', async () => {
    for (const file of await readdir(FOLDER)) {
      // Payloads are JSON text inside the stored form.
      const text = (await bytesOf(file)).toString('latin1');
      // Of a bulk task, or of a part of the retention.
      expect(text).toMatch(/taskId|"part"/);
      expect(text).not.toMatch(/"(password|totpSecret|storageState|cookie)"/i);
    }
  });
});
