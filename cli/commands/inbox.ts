import { type Command, Option } from 'commander';
import { CHALLENGE_STATES, type ChallengeState } from '../../contracts/bulk.ts';
import { readSecret } from '../ask.ts';
import { type Context, contextOf } from '../context.ts';
import { usage } from '../failure.ts';
import { moreThere, type PageOptions, readPages, withPages } from '../pages.ts';
import { timeWords } from '../words.ts';

type Answer = { action: 'code'; code: string } | { action: 'solved' } | { action: 'skip' };

async function give({ api, unwrap, out }: Context, id: string, body: Answer): Promise<void> {
  const answer = await unwrap(api.POST('/api/inbox/{id}/answer', { params: { path: { id } }, body }));
  out.result(answer, () => out.say(`The entry is ${answer.state}.`));
}

/** `flotilla inbox`: accounts that wait for a person. */
export function register(program: Command): void {
  const inbox = program.command('inbox').description('accounts that wait for a person');
  withPages(inbox.command('list'))
    .description('what waits, newest first')
    .addOption(new Option('--state <state>').choices(CHALLENGE_STATES).default('open'))
    .action(async ({ state, ...pages }: PageOptions & { state: ChallengeState }, command: Command) => {
      const { api, unwrap, out } = contextOf(command);
      const page = await readPages(
        (at) => unwrap(api.GET('/api/inbox', { params: { query: { state, ...at } } })),
        pages,
      );
      out.result(page, () => {
        out.table(
          ['id', 'account', 'asks for', 'message', 'task', 'until'],
          page.items.map((entry) => [
            ...[entry.id, `${entry.platform}/${entry.username}`, entry.type, entry.message, entry.taskName],
            timeWords(entry.expiresAt),
          ]),
          state === 'open' ? 'Nobody waits for a person.' : 'There is no such entry.',
        );
        for (const line of moreThere(page)) out.say(line);
      });
    });
  inbox
    .command('answer <id>')
    .description('hand over a code, which is typed, or say that the matter is settled on the platform')
    .option('--code-file <file>', 'holds the code; - is standard input')
    .option('--solved', 'the matter is settled on the platform')
    .action(async (id: string, options: { codeFile?: string; solved?: boolean }, command: Command) => {
      if (options.solved && options.codeFile !== undefined) throw usage('Give a code or say --solved, not both.');
      const context = contextOf(command);
      if (options.solved) return await give(context, id, { action: 'solved' });
      const code = (await readSecret('Code', options.codeFile, '--code-file')).trim();
      await give(context, id, { action: 'code', code });
    });
  inbox
    .command('skip <id>')
    .description('leave this account out of the run')
    .action(async (id: string, _options: object, command: Command) => {
      await give(contextOf(command), id, { action: 'skip' });
    });
}
