import type { Command } from 'commander';
import { outputPath } from '../files.ts';
import { onThisMachine } from '../machine.ts';

/** `flotilla restore`: a backup takes the place of the data folder. */
export function register(program: Command): void {
  program
    .command('restore <source>')
    .description('put a backup in the place of the data folder; the stack must be stopped')
    .option('--replace', 'put a data folder that is not empty aside')
    .action((source: string, options: { replace?: boolean }, command: Command) =>
      onThisMachine(command, async (env, out) => {
        const { restore } = await import('../../stack/restore.ts');
        const restored = await restore({ env, source: outputPath(source), replace: options.replace === true });
        const { manifest, ...rest } = restored;
        out.result({ madeAt: manifest.madeAt, ...rest }, () => {
          out.say(`Restored the backup of ${manifest.madeAt}.`);
          if (restored.aside) out.say(`What was there before lies in ${restored.aside}.`);
          out.say(
            `${restored.bulkTasks} tasks ran and were ended, ${restored.accountTasks} accounts of theirs are failed as ` +
              `of an unknown outcome; ${restored.drafts} tasks that were due are drafts; ${restored.schedules} ` +
              'schedules are paused.',
          );
        });
      }),
    );
}
