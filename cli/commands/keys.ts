import type { Command } from 'commander';
import { type KeyStatus, keyStatus, pruneKeys, rotateKeys } from '../../api/key-rotation.ts';
import { readEnv } from '../../config/env.ts';
import { withDatabase } from '../../stack/with-database.ts';

function describe({ old, lost, oldKeys }: KeyStatus): string {
  const lines = [`${old} values are sealed under an old key; ${oldKeys} old keys are kept.`];
  if (lost > 0) lines.push(`${lost} values are sealed under a key that is lost: they have to be entered again.`);
  if (old === 0 && oldKeys > 0) lines.push('Nothing needs the old keys: "flotilla keys prune" drops them.');
  return lines.join('\n');
}

/** `flotilla keys`: the keys that passwords and sessions are sealed under. */
export function register(program: Command): void {
  const keys = program.command('keys').description('the keys that passwords and sessions are sealed under');
  keys
    .command('status')
    .description('say how many sealed values use which key')
    .action(async () => {
      const env = readEnv();
      const status = await withDatabase(env, (databaseUrl) => keyStatus(env, databaseUrl));
      for (const { name, current, old, lost } of status.columns) {
        console.log(`${name.padEnd(24)}${current} current, ${old} old, ${lost} lost`);
      }
      console.log(describe(status));
    });
  keys
    .command('rotate')
    .description('make a new key and seal everything anew; an interrupted rotation goes on')
    .action(async () => {
      const env = readEnv();
      const outcome = await withDatabase(env, (databaseUrl) => rotateKeys(env, databaseUrl));
      console.log(
        outcome.madeKey ? 'A new key was made.' : 'The rotation begun before was finished; no new key was made.',
      );
      console.log(`${outcome.resealed} values were sealed anew.`);
      console.log(describe(outcome));
    });
  keys
    .command('prune')
    .description('drop the old keys that nothing is sealed under any more')
    .action(async () => {
      const env = readEnv();
      const dropped = await withDatabase(env, (databaseUrl) => pruneKeys(env, databaseUrl));
      console.log(`${dropped} old keys were dropped. Backups made before need them: keep those with their own keys.`);
    });
}
