import { createServer } from 'node:http';
import { readEnv } from '../config/env.ts';
import { createLogger } from '../config/logger.ts';
import { createApp } from './app.ts';
import { answerClientErrors } from './client-errors.ts';
import { createDeps } from './create-deps.ts';
import { errorCode } from './error-code.ts';
import { letUpgradesThrough } from './live/upgrade.ts';
import { startSampler } from './metrics/sampler.ts';
import { startSweeper } from './sweeper.ts';
import { startWebhookSender } from './webhooks/sender.ts';

/** Answers that are still on their way get this long when the process is asked to stop. */
const DRAIN_MS = 8_000;

function sentenceOf(error: unknown, port: number): string {
  const code = errorCode(error);
  if (code === 'EADDRINUSE') return `Port ${port} is already in use. Set PORT to a free one.`;
  if (code === 'EACCES') return `Port ${port} may not be used by this user. Set PORT to another one.`;
  return error instanceof Error ? error.message : String(error);
}

async function start(): Promise<void> {
  const env = readEnv();
  const log = createLogger('api', env.FLOTILLA_LOG_LEVEL);
  const { deps, close } = await createDeps(env, log);
  await Promise.all([deps.media.sweep(), deps.evidenceStore.sweep()]);
  const app = createApp(deps);
  const server = createServer(app);
  letUpgradesThrough(server, app);
  answerClientErrors(server);
  // A large video over a slow line takes longer than the five minutes that Node allows a request by default.
  server.requestTimeout = 0;
  await new Promise<void>((done, fail) => {
    server.once('error', (error) => fail(new Error(sentenceOf(error, env.PORT), { cause: error })));
    server.listen(env.PORT, env.HOST, done);
  });
  const sweeper = startSweeper(deps);
  const sampler = startSampler(deps);
  const webhooks = startWebhookSender(deps);
  log.info({ port: env.PORT }, 'API ready');

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    // Event streams would hold the server open; their clients come back by themselves.
    await deps.events.close();
    deps.live.close();
    const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.closeIdleConnections();
    await new Promise((done) => server.close(done));
    clearTimeout(cut);
    await Promise.all([sweeper.close(), sampler.close(), webhooks.close()]);
    await close();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
}

start().catch((error: unknown) => {
  console.error(sentenceOf(error, Number(process.env.PORT ?? 3000)));
  process.exit(1);
});
