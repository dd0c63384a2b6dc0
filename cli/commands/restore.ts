import type { Command } from 'commander';
import { readEnv } from '../../config/env.ts';
import { restore } from '../../stack/restore.ts';

/** `flotilla restore`: a backup takes the place of the data folder. */
export function register(program: Command): void {
  program
    .command('restore <source>')
    .description('put a backup in the place of the data folder; the stack must be stopped')
    .option('--replace', 'put a data folder that is not empty aside')
    .action(async (source: string, options: { replace?: boolean }) => {
      const restored = await restore({ env: readEnv(), source, replace: options.replace === true });
      console.log(`Restored the backup of ${restored.manifest.madeAt}.`);
      if (restored.aside) console.log(`What was there before lies in ${restored.aside}.`);
      console.log(
        `${restored.bulkTasks} tasks ran and were ended, ${restored.accountTasks} accounts of theirs are failed as of an ` +
          `unknown outcome; ${restored.drafts} tasks that were due are drafts; ${restored.schedules} schedules are paused.`,
      );
    });
}
