import type { Command } from 'commander';
import type { KeyStatus } from '../../api/key-rotation.ts';
import { onThisMachine } from '../machine.ts';
import type { Output } from '../output.ts';

/** Loaded when needed: the other commands talk to the API alone, and start faster without a database client. */
const load = async () => ({
  ...(await import('../../api/key-rotation.ts')),
  ...(await import('../../stack/with-database.ts')),
});

function sayStatus(out: Output, { old, lost, oldKeys }: KeyStatus): void {
  out.say(`${old} values are sealed under an old key; ${oldKeys} old keys are kept.`);
  if (lost > 0) out.say(`${lost} values are sealed under a key that is lost: they have to be entered again.`);
  if (old === 0 && oldKeys > 0) out.say('Nothing needs the old keys: "flotilla keys prune" drops them.');
}

/** `flotilla keys`: the keys that passwords and sessions are sealed under. */
export function register(program: Command): void {
  const keys = program.command('keys').description('the keys that passwords and sessions are sealed under');
  keys
    .command('status')
    .description('say how many sealed values use which key')
    .action((_options: object, command: Command) =>
      onThisMachine(command, async (env, out) => {
        const { keyStatus, withDatabase } = await load();
        const status = await withDatabase(env, (databaseUrl) => keyStatus(env, databaseUrl));
        out.result(status, () => {
          out.table(
            ['values', 'current key', 'old', 'lost'],
            status.columns.map(({ name, current, old, lost }) => [name, current, old, lost]),
            'Nothing is sealed.',
          );
          sayStatus(out, status);
        });
      }),
    );
  keys
    .command('rotate')
    .description('make a new key and seal everything anew; an interrupted rotation goes on')
    .action((_options: object, command: Command) =>
      onThisMachine(command, async (env, out) => {
        const { rotateKeys, withDatabase } = await load();
        const outcome = await withDatabase(env, (databaseUrl) => rotateKeys(env, databaseUrl));
        out.result(outcome, () => {
          out.say(
            outcome.madeKey ? 'A new key was made.' : 'The rotation begun before was finished; no new key was made.',
          );
          out.say(`${outcome.resealed} values were sealed anew.`);
          sayStatus(out, outcome);
        });
      }),
    );
  keys
    .command('prune')
    .description('drop the old keys that nothing is sealed under any more')
    .action((_options: object, command: Command) =>
      onThisMachine(command, async (env, out) => {
        const { pruneKeys, withDatabase } = await load();
        const dropped = await withDatabase(env, (databaseUrl) => pruneKeys(env, databaseUrl));
        out.result({ dropped }, () =>
          out.say(`${dropped} old keys were dropped. Backups made before need them: keep those with their own keys.`),
        );
      }),
    );
}
