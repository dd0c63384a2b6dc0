import type { Command } from 'commander';
import { readEnv } from '../../config/env.ts';
import { backup } from '../../stack/backup.ts';

/** `flotilla backup`: a copy of everything that lasts, while the stack runs or not. */
export function register(program: Command): void {
  program
    .command('backup <target>')
    .description('copy database, media, evidence and keys into a .tar.gz file or a folder')
    .option('--without-keys', 'leave the keys out; without them no stored password opens')
    .action(async (target: string, options: { withoutKeys?: boolean }) => {
      const manifest = await backup({ env: readEnv(), target, withoutKeys: options.withoutKeys === true });
      const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
      console.log(`${rows} rows and ${manifest.files.length} files are in ${target}.`);
      if (manifest.missingFiles.length > 0) {
        console.log(`${manifest.missingFiles.length} files that rows name were not on the disk.`);
      }
      if (manifest.sealingKey === 'environment') {
        console.log('The sealing key comes from FLOTILLA_SECRET_KEY and is not in the backup: keep it apart.');
      }
      if (manifest.keys === 'included') console.log('It holds keys: whoever has it can open every stored password.');
    });
}
