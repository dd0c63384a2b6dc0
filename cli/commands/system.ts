import { type Command, Option } from 'commander';
import { z } from 'zod';
import { kindList } from '../../kinds/index.ts';
import { findDashboard } from '../address.ts';
import { contextOf, type GlobalOptions } from '../context.ts';
import { EXIT } from '../failure.ts';
import { createOutput } from '../output.ts';
import { wholeNumber } from '../pages.ts';
import { lengthWords, timeWords } from '../words.ts';

const performanceSchema = z.looseObject({
  from: z.string(),
  to: z.string(),
  kinds: z.array(
    z.looseObject({
      kind: z.string(),
      ended: z.number(),
      perMinute: z.number(),
      failureShare: z.number(),
      failures: z.array(z.looseObject({ type: z.string(), count: z.number() })),
      steps: z.array(
        z.looseObject({
          step: z.string(),
          count: z.number(),
          p50Ms: z.number().nullable(),
          p95Ms: z.number().nullable(),
        }),
      ),
    }),
  ),
});

const milliseconds = (ms: number | null): string => {
  if (ms === null) return '';
  return ms < 10_000 ? `${Math.round(ms)} ms` : lengthWords(ms / 1_000);
};
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

function registerHealth(program: Command): void {
  program
    .command('health')
    .description('each part of the system, with reasons; ends with 1 unless all is well')
    .option('--poll', 'look at every part now')
    .action(async (options: { poll?: boolean }, command: Command) => {
      const { api, unwrap, out } = contextOf(command);
      const health = await unwrap(options.poll ? api.POST('/api/system/health/poll') : api.GET('/api/system/health'));
      const { green, yellow, red } = out.colours;
      const colour = { ok: green, degraded: yellow, down: red };
      out.result(health, () => {
        out.say(colour[health.status](health.status));
        for (const part of health.parts) {
          out.say(`${colour[part.status](part.status.padEnd(8))}  ${part.name.padEnd(22)}  ${part.detail}`);
        }
      });
      if (health.status !== 'ok') process.exitCode = EXIT.error;
    });
}

function registerPerformance(system: Command): void {
  system
    .command('performance')
    .description('how long each step takes and what fails, by kind')
    .addOption(new Option('--kind <kind>', 'only of this kind').choices(kindList.map(({ name }) => name)))
    .addOption(
      new Option('--hours <number>', 'of the last so many hours').default(24).argParser(wholeNumber(1, 24 * 365)),
    )
    .action(async ({ kind, hours }: { kind?: string; hours: number }, command: Command) => {
      const { other, out } = contextOf(command);
      const answer = await other({ path: '/api/system/performance', query: { kind, hours } }, performanceSchema);
      out.result(answer, () => {
        out.say(`From ${timeWords(answer.from)} to ${timeWords(answer.to)}`);
        if (answer.kinds.length === 0) out.say('Nothing has run.');
        for (const one of answer.kinds) {
          out.say('');
          out.say(
            `${out.colours.bold(one.kind)}: ${one.ended} ended, ${one.perMinute.toFixed(1)} a minute, ${percent(one.failureShare)} failed`,
          );
          for (const { type, count } of one.failures) out.say(`  ${count} × ${type}`);
          out.table(
            ['step', 'times', 'median', '95 %'],
            one.steps.map((step) => [step.step, step.count, milliseconds(step.p50Ms), milliseconds(step.p95Ms)]),
            '',
          );
        }
      });
    });
}

/** `flotilla health`, `flotilla system` and `flotilla open`. */
export function register(program: Command): void {
  registerHealth(program);
  registerPerformance(program.command('system').description('figures of the system'));
  program
    .command('open')
    .description('print the link to the dashboard')
    .action((_options: object, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const url = findDashboard(options);
      const out = createOutput({ json: options.json === true });
      out.result({ url }, () => out.say(url));
    });
}
