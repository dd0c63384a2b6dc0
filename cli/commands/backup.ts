import type { Command } from 'commander';
import { outputPath } from '../files.ts';
import { onThisMachine } from '../machine.ts';

/** `flotilla backup`: a copy of everything that lasts, while the stack runs or not. */
export function register(program: Command): void {
  program
    .command('backup <target>')
    .description('copy database, media, evidence and keys into a .tar.gz file or a folder')
    .option('--without-keys', 'leave the keys out; without them no stored password opens')
    .action((target: string, options: { withoutKeys?: boolean }, command: Command) =>
      onThisMachine(command, async (env, out) => {
        const { backup } = await import('../../stack/backup.ts');
        const withoutKeys = options.withoutKeys === true;
        const manifest = await backup({ env, target: outputPath(target), withoutKeys });
        const { tables, files, missingFiles, sealingKey, keys } = manifest;
        const rows = tables.reduce((sum, table) => sum + table.rows, 0);
        const answer = { target: outputPath(target), rows, files: files.length, missingFiles, sealingKey, keys };
        out.result(answer, () => {
          out.say(`${rows} rows and ${files.length} files are in ${target}.`);
          if (missingFiles.length > 0) out.say(`${missingFiles.length} files that rows name were not on the disk.`);
          if (sealingKey === 'environment') {
            out.say('The sealing key comes from FLOTILLA_SECRET_KEY and is not in the backup: keep it apart.');
          }
          if (keys === 'included') out.say('It holds keys: whoever has it can open every stored password.');
        });
      }),
    );
}
