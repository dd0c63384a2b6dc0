import { type Command, Option } from 'commander';
import { contextOf } from '../context.ts';
import { moreThere, type PageOptions, readPages, wholeNumber, withPages } from '../pages.ts';
import { timeWords } from '../words.ts';

/** `flotilla locks`: named locks, for scripts that must not run twice at a time. */
export function register(program: Command): void {
  const locks = program.command('locks').description('named locks and account leases that are held');
  withPages(locks.command('list'))
    .description('those that are held now, by name')
    .option('--prefix <text>', 'only names that begin so', '')
    .action(async ({ prefix, ...pages }: PageOptions & { prefix: string }, command: Command) => {
      const { api, unwrap, out } = contextOf(command);
      const page = await readPages(
        (at) => unwrap(api.GET('/api/locks', { params: { query: { prefix, ...at } } })),
        pages,
      );
      out.result(page, () => {
        out.table(
          ['resource', 'owner', 'token', 'until'],
          page.items.map((lock) => [lock.resource, lock.owner, lock.fencingToken, timeWords(lock.expiresAt)]),
          'No lock is held.',
        );
        for (const line of moreThere(page)) out.say(line);
      });
    });
  locks
    .command('acquire <resource>')
    .description('take a lock, or prolong it as the same owner; fails when another holds it')
    .requiredOption('--owner <name>', 'who takes it')
    .addOption(
      new Option('--ttl <seconds>', 'it expires by itself after so long').default(60).argParser(wholeNumber(1, 86_400)),
    )
    .action(async (resource: string, options: { owner: string; ttl: number }, command: Command) => {
      const { api, unwrap, out } = contextOf(command);
      const body = { resource, owner: options.owner, ttlMs: options.ttl * 1_000 };
      const lock = await unwrap(api.POST('/api/locks/acquire', { body }));
      out.result(lock, () =>
        out.say(`${lock.resource} is held until ${timeWords(lock.expiresAt)} under token ${lock.fencingToken}.`),
      );
    });
  locks
    .command('release <resource> <fencingToken>')
    .description('give a lock back')
    .action(async (resource: string, fencingToken: string, _options: object, command: Command) => {
      const { api, unwrap, out } = contextOf(command);
      const answer = await unwrap(api.POST('/api/locks/release', { body: { resource, fencingToken } }));
      out.result(answer, () => out.say(`${answer.resource} is free.`));
    });
}
