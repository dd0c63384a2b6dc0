import { resolve } from 'node:path';
import { pino } from 'pino';
import { z } from 'zod';
import { startSandbox } from './server.ts';

const environment = z.object({
  SANDBOX_HOST: z.string().min(1).default('127.0.0.1'),
  SANDBOX_OPEN_CONTROL: z.enum(['yes', 'no']).default('no'),
  SANDBOX_PORT: z.coerce.number().int().min(0).max(65_535).default(4600),
  SANDBOX_DATA: z.string().min(1).default('./data/sandbox'),
  SANDBOX_PROCESSING_MS: z.coerce.number().int().min(0).max(3_600_000).default(600),
  SANDBOX_RATE_PER_MINUTE: z.coerce.number().int().min(1).default(300),
});

function stopWith(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

const read = environment.safeParse(process.env);
if (!read.success) {
  const issue = read.error.issues[0];
  stopWith(`The sandbox site cannot start: ${issue?.path.join('.')} is wrong (${issue?.message}).`);
}
const { SANDBOX_PORT, SANDBOX_HOST, SANDBOX_DATA, SANDBOX_PROCESSING_MS, SANDBOX_RATE_PER_MINUTE } = read.data;
const openControl = read.data.SANDBOX_OPEN_CONTROL === 'yes';
const log = pino({ name: 'sandbox' });

try {
  const sandbox = await startSandbox({
    port: SANDBOX_PORT,
    host: SANDBOX_HOST,
    openControl,
    dataFolder: resolve(SANDBOX_DATA),
    processingDelayMs: SANDBOX_PROCESSING_MS,
    ratePerMinute: SANDBOX_RATE_PER_MINUTE,
    log,
  });
  let closing = false;
  const stop = () => {
    if (closing) return;
    closing = true;
    sandbox.close().then(
      () => process.exit(0),
      (error: unknown) => stopWith(`The sandbox site did not close cleanly: ${String(error)}`),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  log.info({ url: sandbox.url, host: SANDBOX_HOST }, 'sandbox site is up');
  if (openControl) log.warn('every caller may steer this site: SANDBOX_OPEN_CONTROL is set');
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    stopWith(`The sandbox site cannot start: port ${SANDBOX_PORT} is taken. Free it, or set SANDBOX_PORT.`);
  }
  stopWith(`The sandbox site cannot start: ${message}`);
}
